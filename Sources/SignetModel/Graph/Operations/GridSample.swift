/// Attributes of reading a map at computed places, as ONNX's GridSample describes it.
///
/// The inputs are a map, `C×H×W`, and `H′×W′×2` places, x before y: −1 and 1 are the map's borders.
/// The result is `C×H′×W′`.
public struct GridSample: Hashable, Sendable, Codable {
  /// What stands outside the map.
  public enum Padding: String, Hashable, Sendable, Codable, CaseIterable {
    /// 0, the nearest element of the map, or the map mirrored at its borders.
    case zeros, border, reflection
  }

  /// How a place between elements gets its number; the cubic kernel's coefficient is −0.75.
  public var mode: Resize.Mode
  /// What stands outside the map.
  public var padding: Padding
  /// Whether −1 and 1 are the middles of the outermost elements, else their outer edges.
  public var alignsCorners: Bool

  /// ONNX's choices by default.
  public init(
    mode: Resize.Mode = .linear, padding: Padding = .zeros, alignsCorners: Bool = false
  ) {
    self.mode = mode
    self.padding = padding
    self.alignsCorners = alignsCorners
  }
}
