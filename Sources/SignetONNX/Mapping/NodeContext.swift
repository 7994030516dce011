import SignetModel

/// One ONNX node with its inputs looked up.
struct NodeContext {
  let node: ProtoNode
  /// Position in the file, to name nodes that have no name.
  let index: Int
  let operatorSet: Int
  /// `nil` for an input that is left out.
  let inputs: [ImportedValue?]
  /// Extents, axes and places come in lists that are short; a constant may hold millions.
  static let maximumListLength = 1 << 16

  let attributes: Attributes

  /// - Parameter attributes: the node's; what is asked of them is remembered
  init(
    node: ProtoNode, index: Int, operatorSet: Int, inputs: [ImportedValue?],
    attributes: Attributes? = nil
  ) {
    self.node = node
    self.index = index
    self.operatorSet = operatorSet
    self.inputs = inputs
    self.attributes = attributes ?? Attributes(node.attribute)
  }

  /// The same node reading other values.
  func with(inputs: [ImportedValue?]) -> NodeContext {
    NodeContext(
      node: node, index: index, operatorSet: operatorSet, inputs: inputs, attributes: attributes)
  }

  func problem(_ failure: NodeFailure) -> ONNXError.Problem {
    let domain = node.domain.isEmpty || node.domain == "ai.onnx" ? "" : "\(node.domain)."
    return ONNXError.Problem(
      node: Self.label(of: node, index: index), operator: domain + node.opType,
      attribute: failure.attribute,
      expected: failure.expected, found: failure.found)
  }

  /// What messages call a node.
  static func label(of node: ProtoNode, index: Int) -> String {
    guard node.name.isEmpty else { return node.name }
    return node.output.first { !$0.isEmpty } ?? "#\(index)"
  }

  /// Operators that take an image of integers as it is: they do not compute.
  private static let integerOperators: Set = [
    "Cast", "CastLike", "Expand", "Flatten", "Identity", "Reshape", "Shape", "Size", "Squeeze",
    "Transpose", "Unsqueeze", "DequantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv",
    "QLinearMatMul", "MatMulIntegerToFloat",
  ]

  /// Arithmetic on integers rounds and wraps around; only its conversion to floats is taken.
  func requireFloats() throws(NodeFailure) {
    guard !Self.integerOperators.contains(node.opType) else { return }
    for input in inputs {
      guard input?.view?.isInteger != true else {
        throw NodeFailure("X", expected: "float numbers: a Cast before it", found: "integers")
      }
    }
  }

  func input(_ index: Int) -> ImportedValue? {
    index < inputs.count ? inputs[index] : nil
  }

  /// An input that depends on the image.
  func activation(_ index: Int = 0, _ name: String = "X") throws(NodeFailure) -> View {
    guard let view = input(index)?.view else {
      throw NodeFailure(name, expected: "a value computed from the image", found: "a constant")
    }
    return view
  }

  /// An input that is known when the file is read and does not depend on the batch; `nil` if it
  /// is left out.
  func constant(_ index: Int, _ name: String) throws(NodeFailure) -> ConstantTensor? {
    switch input(index) {
    case nil: return nil
    case .constant(let constant):
      guard let tensor = constant.tensor else {
        throw NodeFailure(name, expected: "a constant", found: "a value that follows the batch")
      }
      return tensor
    default:
      throw NodeFailure(name, expected: "a constant", found: "a value computed from the image")
    }
  }

  func required(_ index: Int, _ name: String) throws(NodeFailure) -> ConstantTensor {
    guard let tensor = try constant(index, name) else {
      throw NodeFailure(name, expected: "an input", found: "nothing")
    }
    return tensor
  }

  /// Float numbers of a constant input.
  func floats(_ index: Int, _ name: String) throws(NodeFailure) -> ConstantTensor? {
    guard let tensor = try constant(index, name) else { return nil }
    guard tensor.integers == nil else {
      throw NodeFailure(name, expected: "numbers of a float type", found: tensor.type)
    }
    return tensor
  }

  /// Integers that newer operator sets pass as a constant input and older ones as an attribute;
  /// one list per batch size if they depend on it.
  func integerSamples(
    input index: Int, orAttribute name: String
  ) throws(NodeFailure) -> [[Int]]? {
    guard case .constant(let constant)? = input(index) else {
      guard input(index) == nil else {
        throw NodeFailure(name, expected: "a constant", found: "a value computed from the image")
      }
      return try attributes.integers(name).map { [$0] }
    }
    guard constant.samples.allSatisfy({ $0.count <= Self.maximumListLength }) else {
      throw NodeFailure(
        name, expected: "at most \(Self.maximumListLength) numbers",
        found: constant.samples[0].count)
    }
    let samples = constant.samples.compactMap(\.integers)
    guard samples.count == constant.samples.count else {
      throw NodeFailure(name, expected: "integers", found: constant.samples[0].type)
    }
    return samples.map { $0.map(Int.init) }
  }

  /// The same, where the batch size must not matter.
  func integers(input index: Int, orAttribute name: String) throws(NodeFailure) -> [Int]? {
    guard let samples = try integerSamples(input: index, orAttribute: name) else { return nil }
    guard samples.count == 1 else {
      throw NodeFailure(name, expected: "a constant", found: "a value that follows the batch")
    }
    return samples[0]
  }

  func requireInputs(atMost count: Int) throws(NodeFailure) {
    guard inputs.count <= count else {
      throw NodeFailure("inputs", expected: "at most \(count)", found: inputs.count)
    }
  }
}
