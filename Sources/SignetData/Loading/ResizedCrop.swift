import Foundation

/// A random part of an image, of random size and proportions, that is stretched to the network's input:
/// Inception's augmentation (Szegedy et al. 2015, section 6), drawn as torchvision's
/// `RandomResizedCrop` draws it.
public struct ResizedCrop: Sendable, Hashable {
  /// The part's share of the image's area, each equally likely.
  public var scale: ClosedRange<Double>
  /// Its width by its height, each equally likely on a logarithmic scale.
  public var ratio: ClosedRange<Double>

  /// - Parameters:
  ///   - scale: from above 0 to at most 1
  ///   - ratio: from 0.01 to 100 at most
  public init(
    scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3
  ) {
    self.scale = scale
    self.ratio = ratio
  }

  /// Wrong bounds surface as the loader's first error.
  func check() throws(DataError) {
    guard scale.lowerBound > 0, scale.upperBound <= 1 else {
      throw .option(
        name: "resized-crop", expected: "shares above 0 and at most 1", found: "\(scale)")
    }
    guard ratio.lowerBound >= 0.01, ratio.upperBound <= 100 else {
      throw .option(
        name: "resized-crop", expected: "proportions of 0.01 to 100", found: "\(ratio)")
    }
  }

  /// Pixels of an image.
  struct Box: Hashable {
    var left: Int
    var top: Int
    var width: Int
    var height: Int
  }

  /// - Parameters:
  ///   - width: of the image, in pixels
  ///   - height: likewise
  func box(width: Int, height: Int, seed: UInt64, epoch: Int, index: Int) -> Box {
    var random = RandomStream(seed: seed, purpose: .resizedCrop, epoch: epoch, index: index)
    let area = Double(width * height)
    for _ in 0..<10 {
      let target = area * uniform(scale.lowerBound, scale.upperBound, &random)
      let aspect = exp(uniform(log(ratio.lowerBound), log(ratio.upperBound), &random))
      let columns = Self.rounded((target * aspect).squareRoot())
      let rows = Self.rounded((target / aspect).squareRoot())
      guard (1...width).contains(columns), (1...height).contains(rows) else { continue }
      let top = random.next(below: height - rows + 1)
      let left = random.next(below: width - columns + 1)
      return Box(left: left, top: top, width: columns, height: rows)
    }
    return central(width: width, height: height)
  }

  /// The largest part in the middle whose proportions are allowed.
  private func central(width: Int, height: Int) -> Box {
    let proportions = Double(width) / Double(height)
    var box = Box(left: 0, top: 0, width: width, height: height)
    if proportions < ratio.lowerBound {
      box.height = min(height, max(1, Self.rounded(Double(width) / ratio.lowerBound)))
    } else if proportions > ratio.upperBound {
      box.width = min(width, max(1, Self.rounded(Double(height) * ratio.upperBound)))
    }
    box.top = (height - box.height) / 2
    box.left = (width - box.width) / 2
    return box
  }

  private func uniform(_ low: Double, _ high: Double, _ random: inout RandomStream) -> Double {
    low + (high - low) * random.nextUniform()
  }

  /// As Python rounds.
  private static func rounded(_ value: Double) -> Int { Int(value.rounded(.toNearestOrEven)) }
}
