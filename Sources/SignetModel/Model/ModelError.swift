/// Why parts do not make a model.
public enum ModelError: Error, Hashable, Sendable {
  /// All tensors that are wrong, in graph order.
  case tensors([TensorDefect])
  /// The preprocessing does not fit the input; the text says what was expected and found.
  case preprocessing(String)
  /// There are class names, but not one for each class.
  case labels(expected: Int, found: Int)

  /// What is wrong with one tensor.
  public enum TensorDefect: Hashable, Sendable {
    /// A node lacks the tensor; one of a similar name may be there.
    case missing(name: String, shape: [Int], suggestion: String?)
    /// The tensor has another shape than its node needs.
    case shape(name: String, expected: [Int], found: [Int])
    /// No node needs the tensor; one of a similar name may be missing.
    case unexpected(name: String, suggestion: String?)
    /// Codes where only float numbers make sense.
    case binary(name: String)
  }
}
