import Foundation

/// Attributes of resampling along height and width, as ONNX's Resize describes it.
public struct Resize: Hashable, Sendable, Codable {
  public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
    case nearest, linear, cubic
  }

  /// Where a place of the result lies in the input.
  public enum Coordinates: String, Hashable, Sendable, Codable, CaseIterable {
    case halfPixel, halfPixelSymmetric, pytorchHalfPixel, alignCorners, asymmetric
    case tfHalfPixelForNN, tfCropAndResize
  }

  /// Which neighbour is nearest.
  public enum Rounding: String, Hashable, Sendable, Codable, CaseIterable {
    case roundPreferFloor, roundPreferCeil, floor, ceil
  }

  public struct Axis: Hashable, Sendable, Codable {
    /// Elements of the result.
    public var size: Int
    /// Result over input, which `size` need not be exactly.
    public var scale: Float
    /// The part of the input that is resampled, as shares of it; of `tfCropAndResize` only.
    public var start: Float
    public var end: Float

    public init(size: Int, scale: Float, start: Float = 0, end: Float = 1) {
      self.size = size
      self.scale = scale
      self.start = start
      self.end = end
    }
  }

  public var mode: Mode
  public var coordinates: Coordinates
  public var rounding: Rounding
  /// a of the cubic kernel.
  public var cubicCoefficient: Float
  /// Neighbours outside the input weigh nothing, and the others so much more; else the outermost
  /// element stands for them.
  public var excludesOutside: Bool
  /// Whether shrinking averages over what it leaves out.
  public var antialiases: Bool
  /// What stands outside the input; of `tfCropAndResize` only.
  public var extrapolation: Float
  public var height: Axis
  public var width: Axis

  public init(
    mode: Mode, coordinates: Coordinates = .halfPixel, rounding: Rounding = .roundPreferFloor,
    cubicCoefficient: Float = -0.75, excludesOutside: Bool = false, antialiases: Bool = false,
    extrapolation: Float = 0, height: Axis, width: Axis
  ) {
    self.mode = mode
    self.coordinates = coordinates
    self.rounding = rounding
    self.cubicCoefficient = cubicCoefficient
    self.excludesOutside = excludesOutside
    self.antialiases = antialiases
    self.extrapolation = extrapolation
    self.height = height
    self.width = width
  }
}
