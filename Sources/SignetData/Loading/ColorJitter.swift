import SignetModel

/// Random changes of brightness, contrast and saturation, in random order, as torchvision's
/// `ColorJitter` makes them (Howard, "Some Improvements on Deep CNN Based Image Classification", 2013).
///
/// Each blends the image with another one: black, its mean luminance or its own luminance. The factor
/// on the image is drawn from `max(0, 1 − strength) ... 1 + strength`; results are held to a byte's
/// range. An image of one channel has no saturation.
public struct ColorJitter: Sendable, Hashable {
  /// Strength of the change of brightness, 0 or more.
  public var brightness: Double
  /// Strength of the change of contrast, 0 or more.
  public var contrast: Double
  /// Strength of the change of saturation, 0 or more.
  public var saturation: Double

  /// With one strength for each.
  public init(brightness: Double, contrast: Double, saturation: Double) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
  }

  /// With the same strength for all three.
  public init(strength: Double) {
    self.init(brightness: strength, contrast: strength, saturation: strength)
  }

  /// Wrong strengths surface as the loader's first error.
  func check() throws(DataError) {
    for strength in [brightness, contrast, saturation] {
      guard strength >= 0, strength <= 10 else {
        throw .option(name: "color jitter", expected: "strengths of 0 to 10", found: "\(strength)")
      }
    }
  }

  /// One change and its factor on the image.
  enum Change: Hashable {
    case brightness(Float)
    case contrast(Float)
    case saturation(Float)
  }

  /// What happens to one image, first things first.
  func draw(seed: UInt64, epoch: Int, index: Int) -> [Change] {
    var random = RandomStream(seed: seed, purpose: .colorJitter, epoch: epoch, index: index)
    func factor(_ strength: Double) -> Float {
      let low = max(0, 1 - strength)
      return Float(low + (1 + strength - low) * random.nextUniform())
    }
    var changes: [Change] = [
      .brightness(factor(brightness)), .contrast(factor(contrast)),
      .saturation(factor(saturation)),
    ]
    for last in [2, 1] { changes.swapAt(last, random.next(below: last + 1)) }
    return changes
  }

  /// - Parameters:
  ///   - pixels: C×H×W
  ///   - order: of the channels
  static func apply(
    _ changes: [Change], to pixels: inout [UInt8], order: Preprocessing.ChannelOrder
  ) {
    var colors = ColorPlanes(pixels, order: order)
    for change in changes { colors.apply(change) }
    pixels = colors.bytes
  }
}

/// An image as numbers of 0 to 255, so that a chain of changes is rounded once.
private struct ColorPlanes {
  /// C×H×W
  private var values: [Float]
  /// What each channel counts in the luminance (ITU-R BT.601, to the digits torchvision has).
  private let weights: [Float]

  private var planeLength: Int { values.count / weights.count }

  init(_ pixels: [UInt8], order: Preprocessing.ChannelOrder) {
    values = pixels.map(Float.init)
    weights =
      switch order {
      case .rgb: [0.2989, 0.587, 0.114]
      case .bgr: [0.114, 0.587, 0.2989]
      case .grey, .none: [1]
      }
  }

  var bytes: [UInt8] { values.map { UInt8($0.rounded(.toNearestOrEven)) } }

  mutating func apply(_ change: ColorJitter.Change) {
    switch change {
    case .brightness(let factor):
      blend(factor) { _ in 0 }
    case .contrast(let factor):
      let sum = luminance.reduce(0) { $0 + Double($1) }
      let mean = Float(sum / Double(max(1, planeLength)))
      blend(factor) { _ in mean }
    case .saturation(let factor):
      guard weights.count == 3 else { return }
      let luminance = luminance
      blend(factor) { luminance[$0] }
    }
  }

  /// H×W
  private var luminance: [Float] {
    guard weights.count == 3 else { return values }
    let length = planeLength
    return (0..<length).map { place in
      weights[0] * values[place] + weights[1] * values[length + place]
        + weights[2] * values[2 * length + place]
    }
  }

  private mutating func blend(_ factor: Float, with other: (Int) -> Float) {
    let length = planeLength
    for plane in 0..<weights.count {
      for place in 0..<length {
        let value = factor * values[plane * length + place] + (1 - factor) * other(place)
        values[plane * length + place] = min(255, max(0, value))
      }
    }
  }
}
