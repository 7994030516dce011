extension GraphError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noInput:
      return "a network needs an input"
    case .noOutput:
      return "a network needs an output"
    case .inputShape(let name, let found):
      return "input '\(name.printable)': expected \(Shape.ranks.lowerBound) to "
        + "\(Shape.ranks.upperBound) extents, each at least 1, such as C×H×W, found \(found)"
    case .duplicateOutput(let name):
      return "two outputs are called '\(name.printable)'; names must be unique"
    case .inputExtents(let name, let expected, let found):
      return "input '\(name.printable)': expected extents of \(expected), found \(found)"
    case .openSize(let node, let operation):
      return
        "layer '\(node.printable)' (\(operation.rawValue)): the inputs' extents do not suit it; "
        + "try multiples of 32"
    case .emptyName(let index):
      return "node \(index) has no name"
    case .duplicateName(let node):
      return "two values are called '\(node.printable)'; names must be unique, "
        + "and those of inputs are taken"
    case .unknownInput(let node, let input, let suggestion):
      return "layer '\(node.printable)' reads '\(input.printable)', which no earlier node produces"
        + rendered(suggestion)
    case .unknownOutput(let name, let suggestion):
      return "the output '\(name.printable)' is not a node of the network" + rendered(suggestion)
    case .inputCount(let node, let operation, let expected, let found):
      return
        "layer '\(node.printable)' (\(operation.rawValue)): expected \(expected), found \(found)"
    case .attribute(let node, let operation, let attribute, let expected, let found):
      return
        "layer '\(node.printable)' (\(operation.rawValue)): \(attribute): expected \(expected), "
        + "found \(found)"
    case .shape(let node, let operation, let expected, let found):
      return "layer '\(node.printable)' (\(operation.rawValue)): expected an input of \(expected), "
        + "found \(found)"
    case .tooLarge(let node, let shape):
      return "layer '\(node.printable)': a value of \(shape) is larger than a network may hold"
    }
  }

  private func rendered(_ suggestion: String?) -> String {
    suggestion.map { "; did you mean '\($0.printable)'?" } ?? ""
  }
}
