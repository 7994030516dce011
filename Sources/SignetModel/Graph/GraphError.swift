/// Why a list of nodes is not a network.
public enum GraphError: Error, Hashable, Sendable {
  case noInput
  case noOutput
  case inputShape(name: String, found: Shape)
  case duplicateOutput(name: String)
  /// A run asks for extents that the input does not leave open.
  case inputExtents(name: String, expected: String, found: Shape)
  /// The inputs' extents do not suit a layer whose numbers follow them.
  case openSize(node: String, operation: Operation.Kind)
  case emptyName(index: Int)
  case duplicateName(node: String)
  case unknownInput(node: String, input: String, suggestion: String?)
  case unknownOutput(name: String, suggestion: String?)
  case inputCount(node: String, operation: Operation.Kind, expected: String, found: Int)
  case attribute(
    node: String, operation: Operation.Kind, attribute: String, expected: String, found: String)
  case shape(node: String, operation: Operation.Kind, expected: String, found: Shape)
  case tooLarge(node: String, shape: Shape)
}
