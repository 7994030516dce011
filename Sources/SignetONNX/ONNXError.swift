import SignetModel

/// Why an ONNX file is not taken, or a model not written as one.
public enum ONNXError: Error, Hashable, Sendable {
  /// The file cannot be read or is too large.
  case unreadable(file: String, reason: String)
  /// The bytes are not an ONNX model.
  case malformed(file: String, reason: String)
  /// The model is written in a version of the operator set that is not known.
  case operatorSet(file: String, expected: String, found: Int64)
  /// A stored tensor's bytes are not what its type and extents say.
  case tensor(file: String, tensor: String, expected: String, found: String)
  /// A tensor's bytes lie in another file that is missing or must not be read.
  case externalData(file: String, tensor: String, location: String, reason: String)
  /// The model does not take one image and give one result.
  case interface(file: String, expected: String, found: String)
  /// Everything in the network that cannot be taken, in the file's order.
  case unsupported(file: String, problems: [Problem])
  /// The operators are known, but the network they form is not valid.
  case graph(file: String, GraphError)
  case model(file: String, ModelError)
  case unwritable(file: String, reason: String)

  /// One node that cannot be taken.
  public struct Problem: Hashable, Sendable {
    /// The node's name, or that of its first output.
    public let node: String
    /// The operator, with its domain unless that is ONNX's own.
    public let `operator`: String
    /// The attribute or input at fault; `nil` if it is the operator itself.
    public let attribute: String?
    /// What would be accepted.
    public let expected: String
    public let found: String

    public init(
      node: String, operator: String, attribute: String?, expected: String, found: String
    ) {
      self.node = node
      self.operator = `operator`
      self.attribute = attribute
      self.expected = expected
      self.found = found
    }
  }
}

/// Why one node cannot be folded or mapped; the importer adds which node it was.
struct NodeFailure: Error, Hashable {
  let attribute: String?
  let expected: String
  let found: String

  init(_ attribute: String?, expected: String, found: some Any) {
    self.attribute = attribute
    self.expected = expected
    self.found = "\(found)"
  }
}
