/// A feed-forward network: nodes in an order in which each reads only what stands before it.
///
/// A graph that came out of ``init(inputs:nodes:outputs:sizeRules:)`` is valid: names are unique, what nodes
/// read exists, attributes are in range and every shape is known.
public struct Graph: Sendable {
  /// What networks with one unnamed input call it.
  public static let inputName = "input"

  /// At least one, no two of one name.
  public let inputs: [GraphInput]
  /// The operations, each after those whose values it reads.
  public let nodes: [Node]
  /// At least one, no two of one name.
  public let outputs: [GraphOutput]
  /// The shape of every value by name, the inputs' included.
  public let shapes: [String: Shape]
  /// By node: how its numbers follow the inputs' extents, where those are open.
  public let sizeRules: [String: SizeRule]
  let index: GraphIndex

  /// Checks the nodes and infers all shapes.
  ///
  /// - Throws: ``GraphError`` naming the first node that is wrong and what was expected.
  public init(
    inputs: [GraphInput], nodes: [Node], outputs: [GraphOutput],
    sizeRules: [String: SizeRule] = [:]
  ) throws(GraphError) {
    self.inputs = inputs
    self.nodes = nodes
    self.outputs = outputs
    self.sizeRules = sizeRules
    shapes = try ShapeInference(inputs: inputs).run(nodes)
    index = GraphIndex(nodes, inputs: inputs.map(\.name))
    try checkOutputs()
  }

  /// A network with one input, called ``inputName``, and one output, called like its node.
  ///
  /// - Throws: ``GraphError`` naming the first node that is wrong and what was expected.
  public init(inputShape: Shape, nodes: [Node], output: String) throws(GraphError) {
    try self.init(
      inputs: [GraphInput(name: Self.inputName, shape: inputShape)], nodes: nodes,
      outputs: [GraphOutput(name: output, value: output)])
  }

  private func checkOutputs() throws(GraphError) {
    guard !outputs.isEmpty else { throw .noOutput }
    var names: Set<String> = []
    for output in outputs {
      guard names.insert(output.name).inserted else { throw .duplicateOutput(name: output.name) }
      guard !isInput(output.value), shapes[output.value] != nil else {
        throw .unknownOutput(
          name: output.value, suggestion: closestName(to: output.value, among: shapes.keys))
      }
    }
  }

  /// The first input's shape.
  public var inputShape: Shape { inputs[0].shape }

  /// The value of the first output.
  public var output: String { outputs[0].value }

  /// The first output's shape.
  public var outputShape: Shape { shapes[output] ?? inputShape }

  /// Whether a value is one that the network is given.
  public func isInput(_ value: String) -> Bool { inputs.contains { $0.name == value } }

  /// Whether a value is one that the network gives.
  public func isOutput(_ value: String) -> Bool { outputs.contains { $0.value == value } }

  /// Shape of one of the network's results, without the batch.
  public func shape(of output: GraphOutput) -> Shape { shapes[output.value] ?? inputShape }

  /// The node that is called `name`, or `nil`.
  public func node(named name: String) -> Node? {
    index.positions[name].map { nodes[$0] }
  }

  /// The nodes that read the value `name`, in graph order.
  public func consumers(of name: String) -> [Node] {
    index.readers[name, default: []].map { nodes[$0] }
  }

  /// The convolutions and linear layers, in forward order.
  public var layers: [Node] {
    nodes.filter(\.operation.isBinarizable)
  }

  /// The tensors the network needs, in forward order, with the shapes they must have.
  public var parameters: [(name: String, shape: [Int])] {
    nodes.flatMap { node in
      node.operation.parameters.map { (node.parameterName($0.role), $0.shape) }
    }
  }

  /// The input channels, those of all groups, of each weight of a layer by the tensor's name.
  var layerInputChannels: [String: Int] {
    var channels: [String: Int] = [:]
    for node in layers {
      switch node.operation {
      case .convolution(let attributes):
        channels[node.parameterName(.weight)] = attributes.inputChannels
      case .linear(let attributes): channels[node.parameterName(.weight)] = attributes.inputs
      default: break
      }
    }
    return channels
  }

  /// A copy in which one node's operation is replaced; the result is validated anew.
  public func replacing(
    _ name: String, with operation: NodeOperation
  ) throws(GraphError) -> Graph {
    try with(
      nodes: nodes.map { $0.name == name ? Node(name, operation, inputs: $0.inputs) : $0 })
  }

  /// A copy of other nodes between the same inputs and outputs.
  public func with(nodes: [Node]) throws(GraphError) -> Graph {
    try Graph(inputs: inputs, nodes: nodes, outputs: outputs, sizeRules: sizeRules)
  }
}

extension Graph: Hashable {
  // Shapes and positions follow from the rest.
  public static func == (left: Graph, right: Graph) -> Bool {
    left.inputs == right.inputs && left.outputs == right.outputs && left.nodes == right.nodes
      && left.sizeRules == right.sizeRules
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(inputs)
    hasher.combine(outputs)
    hasher.combine(nodes)
  }
}
