/// Why a list of nodes is not a network.
public enum GraphError: Error, Hashable, Sendable {
  /// The network is given nothing.
  case noInput
  /// The network gives nothing.
  case noOutput
  /// The input's shape is no map of positive extents, or has more elements than a value may have.
  case inputShape(name: String, found: Shape)
  /// Two outputs share a name.
  case duplicateOutput(name: String)
  /// A run asks for extents that the input does not leave open.
  case inputExtents(name: String, expected: String, found: Shape)
  /// The inputs' extents do not suit a layer whose numbers follow them.
  case openSize(node: String, operation: NodeOperation.Kind)
  /// The node at this index has no name.
  case emptyName(index: Int)
  /// A node has the name of another, or the input's.
  case duplicateName(node: String)
  /// A node reads a value that no node before it gives.
  case unknownInput(node: String, input: String, suggestion: String?)
  /// No node has the output's name.
  case unknownOutput(name: String, suggestion: String?)
  /// A node reads more or fewer values than its operation takes.
  case inputCount(node: String, operation: NodeOperation.Kind, expected: String, found: Int)
  /// An attribute is out of range.
  case attribute(
    node: String, operation: NodeOperation.Kind, attribute: String, expected: String, found: String)
  /// The operation does not take a value of this shape.
  case shape(node: String, operation: NodeOperation.Kind, expected: String, found: Shape)
  /// The node's value would have more elements than a value may have.
  case tooLarge(node: String, shape: Shape)
}
