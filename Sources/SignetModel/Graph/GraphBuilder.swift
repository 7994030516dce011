/// Collects nodes in forward order; ``graph(output:)`` checks them all at once.
///
/// Each verb returns the name of the value it produced, to be read by later nodes.
public struct GraphBuilder: Sendable {
  /// What the network is given; the first is ``input``.
  public let inputs: [GraphInput]
  /// The nodes appended so far, unchecked.
  public private(set) var nodes: [Node] = []

  /// For a network with one unnamed input.
  public init(inputShape: Shape) {
    self.init(inputs: [GraphInput(name: Graph.inputName, shape: inputShape)])
  }

  /// - Parameter inputs: at least one
  public init(inputs: [GraphInput]) {
    self.inputs = inputs
  }

  /// The network's first input.
  public var input: String { inputs.first?.name ?? Graph.inputName }

  /// Adds a node that reads `inputs`.
  ///
  /// - Returns: `name`, which names the node's value, too.
  @discardableResult
  public mutating func append(
    _ name: String, _ operation: NodeOperation, _ inputs: String...
  ) -> String {
    append(name, operation, inputs: inputs)
  }

  /// Adds a node that reads `inputs`, for operations that take any number of them.
  ///
  /// - Returns: `name`, which names the node's value, too.
  @discardableResult
  public mutating func append(
    _ name: String, _ operation: NodeOperation, inputs: [String]
  ) -> String {
    nodes.append(Node(name, operation, inputs: inputs))
    return name
  }

  /// - Throws: ``GraphError`` naming the first node that is wrong.
  public func graph(output: String) throws(GraphError) -> Graph {
    try graph(outputs: [GraphOutput(name: output, value: output)])
  }

  /// - Throws: ``GraphError`` naming the first node that is wrong.
  public func graph(outputs: [GraphOutput]) throws(GraphError) -> Graph {
    try Graph(inputs: inputs, nodes: nodes, outputs: outputs)
  }
}
