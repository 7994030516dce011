import SignetModel

extension Graph {
  /// Nodes whose values a logarithm of numbers depends on.
  var nodesBeforeLogarithms: Set<String> {
    var before: Set<String> = []
    for node in nodes.reversed() {
      guard node.operation.isLogarithm || before.contains(node.name) else { continue }
      before.formUnion(node.inputs)
    }
    return before
  }
}

extension NodeOperation {
  fileprivate var isLogarithm: Bool {
    switch self {
    case .activation(.elementary(.log)): true
    case .reduce(let attributes): attributes.function == .logSum
    default: false
    }
  }
}
