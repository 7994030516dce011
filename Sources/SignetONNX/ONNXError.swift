import SignetModel

/// Why an ONNX file is not taken, or a model not written as one.
public enum ONNXError: Error, Hashable, Sendable {
  /// The file cannot be read or is too large.
  case unreadable(file: String, reason: String)
  /// The bytes are not an ONNX model.
  case malformed(file: String, reason: String)
  /// The file is written in a version of the format that is not known.
  case fileVersion(file: String, expected: String, found: Int64)
  /// The model is written in a version of the operator set that is not known.
  case operatorSet(file: String, expected: String, found: Int64)
  /// What an export of Signet noted in the file is not what it should be.
  case note(file: String, key: String, reason: String)
  /// Everything in the file that cannot be taken: input, outputs, nodes in the file's order.
  case unsupported(file: String, problems: [Problem])
  /// The operators are known, but the network they form is not valid.
  case graph(file: String, GraphError)
  /// What the file holds makes no model.
  case model(file: String, ModelError)
  /// The file cannot be written.
  case unwritable(file: String, reason: String)
  /// The place of an export cannot be written.
  case file(ModelFileError)

  /// One part of a file that cannot be taken.
  public struct Problem: Hashable, Sendable {
    /// Where in a file a problem lies.
    public enum Part: Hashable, Sendable {
      /// An operation.
      case node
      /// A stored tensor.
      case tensor
      /// The graph's input of that name.
      case input
      /// The graph's output of that name.
      case output
    }

    /// Where it lies.
    public let part: Part
    /// The node's name, or that of its first output; the name of a tensor, an input or an output.
    public let node: String
    /// The operator, with its domain unless that is ONNX's own; what the part is called elsewhere.
    public let `operator`: String
    /// The attribute or input at fault; `nil` if it is the operator itself.
    public let attribute: String?
    /// What would be accepted.
    public let expected: String
    /// Empty where ``expected`` says it all.
    public let found: String

    /// A problem; parts that do not apply are left out.
    public init(
      _ part: Part = .node, node: String, operator: String, attribute: String?, expected: String,
      found: String
    ) {
      self.part = part
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

  /// Numbers of a list that a message shows.
  private static let shownNumbers = 16

  init(_ attribute: String?, expected: String, found: some Any) {
    self.attribute = attribute
    self.expected = expected
    if let numbers = found as? [Int], numbers.count > Self.shownNumbers {
      self.found = "\(numbers.count) numbers"
    } else {
      self.found = "\(found)"
    }
  }
}
