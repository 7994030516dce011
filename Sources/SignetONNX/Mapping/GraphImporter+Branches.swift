import SignetModel

/// Conditions that are known when the file is read: the branch taken stands where the node stood.
extension GraphImporter {
  static let branchMappings: [String: Mapping] = [
    "If": { importer, context throws(NodeFailure) in try importer.branch(context) }
  ]

  /// Branches within branches.
  private static let maximumDepth = 16

  private mutating func branch(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    guard let condition = context.input(0)?.constant?.tensor, condition.count == 1 else {
      throw NodeFailure(
        "cond", expected: "a condition that is known when the file is read", found: "another")
    }
    let isTrue = condition.floats[0] != 0
    context.attributes.ignore("then_branch", "else_branch")
    let name = isTrue ? "then_branch" : "else_branch"
    guard let graph = try context.attributes.graph(name) else {
      throw NodeFailure(name, expected: "a graph", found: "nothing")
    }
    guard branchDepth < Self.maximumDepth else {
      throw NodeFailure(
        name, expected: "at most \(Self.maximumDepth) branches within each other", found: "more")
    }
    try budget.claimNodes(graph.node.count)
    branchDepth += 1
    defer { branchDepth -= 1 }
    for tensor in graph.initializer {
      set(tensor.name, .constant(FoldedConstant(try decoder.decode(tensor, budget: &budget))))
    }
    let order = GraphOrder(graph.node, given: Set(graph.initializer.map(\.name)))
    problems += order.problems
    for output in graph.output { readers[output.name, default: 0] += 1 }
    run(graph.node, in: order.positions)
    return graph.output.map { value(of: $0.name) ?? .absent($0.name) }
  }
}

extension ProtoNode {
  /// The values a node reads: its inputs, and what its branches read of the graph around them.
  var reads: [String] {
    guard attribute.contains(where: \.hasG) else { return input }
    var names = input
    var graphs = attribute.filter(\.hasG).map(\.g)
    while let graph = graphs.popLast() {
      names += graph.output.map(\.name)
      for node in graph.node {
        names += node.input
        graphs += node.attribute.filter(\.hasG).map(\.g)
      }
    }
    return names
  }
}
