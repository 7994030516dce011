/// Attributes of resampling along height and width, as ONNX's Resize describes it.
public struct Resize: Hashable, Sendable, Codable {
  /// How a place between elements gets its number.
  public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
    /// That of the nearest element, between the two nearest, or by the cubic kernel over four (Keys
    /// 1981).
    case nearest, linear, cubic
  }

  /// Where a place of the result lies in the input.
  public enum Coordinates: String, Hashable, Sendable, Codable, CaseIterable {
    /// As ONNX's `coordinate_transformation_mode` of the same name.
    case halfPixel, halfPixelSymmetric, pytorchHalfPixel, alignCorners, asymmetric
    /// As ONNX's `tf_half_pixel_for_nn` and `tf_crop_and_resize`.
    case tfHalfPixelForNN, tfCropAndResize
  }

  /// Which neighbour is nearest.
  public enum Rounding: String, Hashable, Sendable, Codable, CaseIterable {
    /// As ONNX's `nearest_mode` of the same name.
    case roundPreferFloor, roundPreferCeil, floor, ceil
  }

  /// Resampling along one axis.
  public struct Axis: Hashable, Sendable, Codable {
    /// Elements of the result.
    public var size: Int
    /// Result over input, which `size` need not be exactly.
    public var scale: Float
    /// The part of the input that is resampled, as shares of it; of `tfCropAndResize` only.
    public var start: Float
    /// Where that part ends.
    public var end: Float

    /// Resamples the whole input by default.
    public init(size: Int, scale: Float, start: Float = 0, end: Float = 1) {
      self.size = size
      self.scale = scale
      self.start = start
      self.end = end
    }
  }

  /// How a place between elements gets its number.
  public var mode: Mode
  /// Where a place of the result lies in the input.
  public var coordinates: Coordinates
  /// Which neighbour is nearest, in mode ``Mode/nearest``.
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
  /// Along the height.
  public var height: Axis
  /// Along the width.
  public var width: Axis

  /// ONNX's numbers by default; sizes and scales are checked by the graph.
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
