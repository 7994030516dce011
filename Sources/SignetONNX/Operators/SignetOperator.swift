/// The operators of Signet's own library for ONNX Runtime.
enum SignetOperator: String {
  /// A network of any number of layers.
  case block = "BinaryBlock"
  /// One binary convolution, and what is done with its results.
  case convolution = "BinaryConv"
  /// One binary linear layer, likewise.
  case linear = "BinaryLinear"

  static let domain = "ai.signet"
  static let version = 1

  /// As nodes are looked up.
  var qualifiedName: String { "\(Self.domain).\(rawValue)" }

  /// The attribute with what the layers of a node were called.
  static let layerNames = "layer_names"
}
