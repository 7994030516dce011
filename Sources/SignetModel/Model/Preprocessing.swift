/// How an image becomes the network's input: resize, centre crop, channel order, then
/// `(byte · scale − mean) / std` per channel.
public struct Preprocessing: Sendable, Hashable, Codable {
  /// The order of a network's input channels.
  public enum ChannelOrder: String, Sendable, Codable, CaseIterable {
    /// Red, green, blue; blue, green, red; or one channel of luminance (ITU-R BT.601).
    case rgb, bgr, grey
    /// The input is no image: its numbers are taken as they come.
    case none
  }

  /// Length in pixels the shorter side is resized to (bilinear, anti-aliased) before the centre
  /// crop to the graph's input size; `nil` takes images that already have that size, and resizes
  /// others so that the shorter side just covers it.
  public var resizeShorterSide: Int?
  /// Which of the image's channels is the network's first.
  public var channelOrder: ChannelOrder
  /// Factor on the 0…255 byte value; 1/255 gives 0…1.
  public var scale: Float
  /// Per channel, in units of the scaled value and in the network's channel order.
  public var mean: [Float]
  /// Per channel, in units of the scaled value and in the network's channel order; above 0.
  public var std: [Float]

  /// Whether it fits an input is checked by the model.
  public init(
    resizeShorterSide: Int? = nil, channelOrder: ChannelOrder = .rgb, scale: Float = 1 / 255,
    mean: [Float], std: [Float]
  ) {
    self.resizeShorterSide = resizeShorterSide
    self.channelOrder = channelOrder
    self.scale = scale
    self.mean = mean
    self.std = std
  }

  /// ImageNet's statistics on RGB/255.
  public static let imagenet = Preprocessing(
    resizeShorterSide: 256, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])

  /// CIFAR-10's statistics on RGB/255.
  public static let cifar = Preprocessing(
    mean: [0.4914, 0.4822, 0.4465], std: [0.2470, 0.2435, 0.2616])

  /// Fashion-MNIST's statistics on grey/255.
  public static let fashionMNIST = Preprocessing(
    channelOrder: .grey, mean: [0.2860], std: [0.3530])

  /// Of an input that is no image.
  public static let none = Preprocessing(channelOrder: .none, scale: 1, mean: [], std: [])

  /// No mean, unit deviation: RGB/255.
  public static let unit = Preprocessing(mean: [0, 0, 0], std: [1, 1, 1])

  /// What is wrong with the values for an input of `channels`, or `nil`.
  func defect(channels: Int) -> String? {
    if channelOrder == .none {
      return mean.isEmpty && std.isEmpty && scale == 1 && resizeShorterSide == nil
        ? nil : "an input that is no image has no scale, means, deviations or size"
    }
    let expected = channelOrder == .grey ? 1 : 3
    if channels != expected {
      return "channel order \(channelOrder.rawValue) has \(expected) channels, "
        + "the input \(channels)"
    }
    if mean.count != channels || std.count != channels {
      return "expected \(channels) means and deviations, found \(mean.count) and \(std.count)"
    }
    if !(mean + std + [scale]).allSatisfy(\.isFinite) || !std.allSatisfy({ $0 > 0 }) {
      return "means, deviations and scale must be finite, deviations above 0"
    }
    if let resizeShorterSide, !(1...65536).contains(resizeShorterSide) {
      return "expected a shorter side of 1 to 65536 pixels, found \(resizeShorterSide)"
    }
    return nil
  }
}
