/// Collects nodes in forward order; ``graph(output:)`` checks them all at once.
///
/// Each verb returns the name of the value it produced, to be read by later nodes.
public struct GraphBuilder: Sendable {
  /// Shape of one input image, `C×H×W`.
  public let inputShape: Shape
  /// The nodes appended so far, unchecked.
  public private(set) var nodes: [Node] = []

  /// Starts a network of no nodes.
  public init(inputShape: Shape) {
    self.inputShape = inputShape
  }

  /// The network's input.
  public var input: String { Graph.inputName }

  /// Adds a node that reads `inputs`.
  ///
  /// - Returns: `name`, which names the node's value, too.
  @discardableResult
  public mutating func append(
    _ name: String, _ operation: Operation, _ inputs: String...
  ) -> String {
    append(name, operation, inputs: inputs)
  }

  /// Adds a node that reads `inputs`, for operations that take any number of them.
  ///
  /// - Returns: `name`, which names the node's value, too.
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
