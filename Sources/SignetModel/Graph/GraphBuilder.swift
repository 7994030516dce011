/// Collects nodes in forward order; ``graph(output:)`` checks them all at once.
///
/// Each verb returns the name of the value it produced, to be read by later nodes.
public struct GraphBuilder: Sendable {
  public let inputShape: Shape
  public private(set) var nodes: [Node] = []

  public init(inputShape: Shape) {
    self.inputShape = inputShape
  }

  /// The network's input.
  public var input: String { Graph.inputName }

  @discardableResult
  public mutating func append(
    _ name: String, _ operation: Operation, _ inputs: String...
  ) -> String {
    append(name, operation, inputs: inputs)
  }

  @discardableResult
  public mutating func append(
    _ name: String, _ operation: Operation, inputs: [String]
  ) -> String {
    nodes.append(Node(name, operation, inputs: inputs))
    return name
  }

  /// - Throws: ``GraphError`` naming the first node that is wrong.
  public func graph(output: String) throws(GraphError) -> Graph {
    try Graph(inputShape: inputShape, nodes: nodes, output: output)
  }
}
