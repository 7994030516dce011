/// Why parts do not make a model.
public enum ModelError: Error, Hashable, Sendable {
  /// All tensors that are wrong, in graph order.
  case tensors([TensorDefect])
  case preprocessing(String)
  case labels(expected: Int, found: Int)

  public enum TensorDefect: Hashable, Sendable {
    case missing(name: String, shape: [Int], suggestion: String?)
    case shape(name: String, expected: [Int], found: [Int])
    case unexpected(name: String, suggestion: String?)
    /// Codes where only float numbers make sense.
    case binary(name: String)
  }
}
