import ArgumentParser
import Foundation
import SignetModel

/// How an image becomes the network's input, where a file does not say it.
struct PreprocessingOptions: ParsableArguments {
  enum Preset: String, ExpressibleByArgument, CaseIterable {
    case imagenet, cifar10, unit

    /// - Parameter hasOwnValues: whether mean and deviation are given beside the preset
    func preprocessing(
      channels: Int, hasOwnValues: Bool
    ) throws(CommandError) -> Preprocessing {
      var values: Preprocessing =
        switch self {
        case .imagenet: .imagenet
        case .cifar10: .cifar
        case .unit: .unit
        }
      guard channels == 1 else { return values }
      guard self == .unit || hasOwnValues else {
        throw .preset(name: rawValue, channels: channels)
      }
      values.channelOrder = .grey
      values.mean = [0]
      values.std = [1]
      return values
    }
  }

  @Option(
    help: """
      Take another's values for what follows: imagenet (RGB/255, its mean and deviation, shorter \
      side 256), cifar10 (RGB/255, its mean and deviation) or unit (RGB/255, or grey/255).
      """)
  var preset: Preset?

  @Option(
    help: ArgumentHelp("Factor on a pixel's byte, such as 1/255 or 1.", valueName: "factor"))
  var inputScale: Fraction?

  @Option(
    help: ArgumentHelp("Mean per channel of the scaled pixels.", valueName: "R,G,B"))
  var mean: ChannelValues?

  @Option(
    help: ArgumentHelp("Standard deviation per channel.", valueName: "R,G,B"))
  var std: ChannelValues?

  @Option(help: "Order of the network's channels: rgb, bgr or grey.")
  var channelOrder: Preprocessing.ChannelOrder?

  @Option(
    help: ArgumentHelp(
      "Length of an image's shorter side before the centre crop.", valueName: "pixels"))
  var resize: Int?

  @Option(
    help: ArgumentHelp(
      """
      Size of the centre crop, 224 of a square or 48x192 (height, width): the network's input \
      size, which an ONNX file may leave open.
      """, valueName: "pixels"))
  var crop: CropSize?

  @Option(
    help: ArgumentHelp("A file with a class name per line.", valueName: "file"))
  var classNames: String?

  func validate() throws {
    try check("--resize", resize, in: 1...65536)
  }

  /// Whether something was said about the range of the network's input.
  var saysHowPixelsAreScaled: Bool {
    preset != nil || inputScale != nil || mean != nil || std != nil
  }

  /// `base` with what was given in its place, for an input of `channels`.
  private func resolved(
    over base: Preprocessing, channels: Int
  ) throws(CommandError) -> Preprocessing {
    var result =
      try preset?.preprocessing(channels: channels, hasOwnValues: mean != nil && std != nil)
      ?? base
    if let inputScale { result.scale = inputScale.value }
    if let mean { result.mean = mean.values }
    if let std { result.std = std.values }
    if let channelOrder { result.channelOrder = channelOrder }
    if let resize { result.resizeShorterSide = resize }
    return result
  }

  /// A copy of the model with what was given in the place of what its file says.
  func applied(to model: Model) throws -> Model {
    let shape = model.graph.inputShape
    if let crop, !crop.fits(shape) {
      throw CommandError.crop(crop, input: shape)
    }
    let preprocessing = try resolved(over: model.preprocessing, channels: shape.channels)
    let names = try readClassNames()
    guard preprocessing != model.preprocessing || names != nil else { return model }
    do throws(ModelError) {
      return try model.with(preprocessing: preprocessing, labels: names)
    } catch {
      guard case .labels(let expected, let found) = error, let classNames else { throw error }
      throw CommandError.labelCount(file: classNames, expected: expected, found: found)
    }
  }

  /// The lines of the label file.
  func readClassNames() throws -> [String]? {
    guard let classNames else { return nil }
    let data = try MappedFile.data(at: URL(fileURLWithPath: classNames))
    guard let text = String(data: data, encoding: .utf8) else {
      throw CommandError.labels(file: classNames)
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    return lines.last == "" ? lines.dropLast() : lines
  }
}

/// Of images: that an input is none is the network's to say.
extension Preprocessing.ChannelOrder: ExpressibleByArgument {
  public init?(argument: String) {
    guard let order = Self(rawValue: argument), order != .none else { return nil }
    self = order
  }

  public static var allValueStrings: [String] {
    allCases.filter { $0 != .none }.map(\.rawValue)
  }
}

/// A number that may be written as a quotient: `1/255`, `0.5`.
struct Fraction: ExpressibleByArgument, Hashable {
  let value: Float

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Float($0.hasPrefix(".") ? "0" + $0 : $0) }
    guard numbers.count == parts.count, parts.count <= 2 else { return nil }
    value = numbers.count == 2 ? numbers[0] / numbers[1] : numbers[0]
    guard value.isFinite, value != 0 else { return nil }
  }
}
