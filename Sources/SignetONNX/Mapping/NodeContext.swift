import SignetModel

/// One ONNX node with its inputs looked up.
struct NodeContext {
  let node: ProtoNode
  /// Position in the file, to name nodes that have no name.
  let index: Int
  let operatorSet: Int
  /// `nil` for an input that is left out.
  let inputs: [ImportedValue?]
  let attributes: Attributes

  init(node: ProtoNode, index: Int, operatorSet: Int, inputs: [ImportedValue?]) {
    self.node = node
    self.index = index
    self.operatorSet = operatorSet
    self.inputs = inputs
    attributes = Attributes(node.attribute)
  }

  func problem(_ failure: NodeFailure) -> ONNXError.Problem {
    let name = node.name.isEmpty ? node.output.first ?? "#\(index)" : node.name
    let domain = node.domain.isEmpty || node.domain == "ai.onnx" ? "" : "\(node.domain)."
    return ONNXError.Problem(
      node: name, operator: domain + node.opType, attribute: failure.attribute,
      expected: failure.expected, found: failure.found)
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
