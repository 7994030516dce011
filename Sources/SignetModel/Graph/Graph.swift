/// A feed-forward network: nodes in an order in which each reads only what stands before it.
///
/// A graph that came out of ``init(inputShape:nodes:output:)`` is valid: names are unique, inputs
/// exist, attributes are in range and every shape is known.
public struct Graph: Sendable {
  /// The name under which nodes read the network's input.
  public static let inputName = "input"

  /// Shape of one input image, `C×H×W`.
  public let inputShape: Shape
  /// The operations, each after those whose values it reads.
  public let nodes: [Node]
  /// The node whose value is the result.
  public let output: String
  /// The shape of every value by name, the input's included.
  public let shapes: [String: Shape]
  private let index: GraphIndex

  /// Checks the nodes and infers all shapes.
  ///
  /// - Throws: ``GraphError`` naming the first node that is wrong and what was expected.
  public init(inputShape: Shape, nodes: [Node], output: String) throws(GraphError) {
    self.inputShape = inputShape
    self.nodes = nodes
    self.output = output
    self.shapes = try ShapeInference(inputShape: inputShape).run(nodes)
    index = GraphIndex(nodes)
    guard output != Self.inputName, shapes[output] != nil else {
      throw .unknownOutput(name: output, suggestion: closestName(to: output, among: shapes.keys))
    }
  }

  /// Shape of one image's result.
  public var outputShape: Shape { shapes[output] ?? inputShape }

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

  /// A copy in which one node's operation is replaced; the result is validated anew.
  public func replacing(
    _ name: String, with operation: Operation
  ) throws(GraphError) -> Graph {
    let replaced = nodes.map {
      $0.name == name ? Node(name, operation, inputs: $0.inputs) : $0
    }
    return try Graph(inputShape: inputShape, nodes: replaced, output: output)
  }
}

extension Graph: Hashable {
  // Shapes and positions follow from the rest.
  public static func == (left: Graph, right: Graph) -> Bool {
    left.inputShape == right.inputShape && left.output == right.output
      && left.nodes == right.nodes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(inputShape)
    hasher.combine(output)
    hasher.combine(nodes)
  }
}

extension Graph: Codable {
  private enum CodingKeys: String, CodingKey {
    case inputShape, nodes, output
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      inputShape: container.decode(Shape.self, forKey: .inputShape),
      nodes: container.decode([Node].self, forKey: .nodes),
      output: container.decode(String.self, forKey: .output))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(inputShape, forKey: .inputShape)
    try container.encode(nodes, forKey: .nodes)
    try container.encode(output, forKey: .output)
  }
}
