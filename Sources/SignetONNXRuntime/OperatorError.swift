import SignetModel

/// What is wrong with a node, where Signet's own errors do not say it.
enum OperatorError: Error, CustomStringConvertible {
  case noNode
  case node(name: String, reason: String)
  case portCount(part: String, expected: Int, found: Int)
  case attribute(name: String, expected: String, found: String)
  case operand(name: String, expected: String, found: String)
  case batch(input: String, expected: String, found: Int)
  case output(name: String)

  var description: String {
    switch self {
    case .noNode: "expected a node, found none"
    case .node(let name, let reason): "node '\(name.printable)': \(reason)"
    case .portCount(let part, let expected, let found):
      "\(part): the network has \(expected), the node \(found)"
    case .attribute(let name, let expected, let found),
      .operand(let name, let expected, let found):
      "\(name): expected \(expected), found \(found)"
    case .batch(let input, let expected, let found):
      "input '\(input.printable)': expected a batch of \(expected), found \(found)"
    case .output(let name): "output '\(name.printable)' cannot be had"
    }
  }
}
