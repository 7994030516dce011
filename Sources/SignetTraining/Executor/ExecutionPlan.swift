import SignetModel

/// The nodes the output depends on, in order, and when each value may go.
struct ExecutionPlan {
  struct Step {
    /// Index in the graph's nodes; the node's value has the index plus one, the input's is 0.
    var node: Int
    var inputs: [Int]
    var outputShape: Shape
    /// Values whose last reader is this step.
    var freed: [Int]
    /// The first input has no other reader, and the operation that made it does not need it for
    /// its own gradient.
    var mayOverwriteInput: Bool
  }

  let steps: [Step]
  /// The output's value.
  let output: Int

  init(_ graph: Graph) {
    var indices = [Graph.inputName: 0]
    for (index, node) in graph.nodes.enumerated() { indices[node.name] = index + 1 }
    let output = indices[graph.output] ?? 0
    let needed = Self.needed(graph, indices: indices, output: output)
    var steps: [Step] = []
    for index in needed.sorted() where index > 0 {
      let node = graph.nodes[index - 1]
      steps.append(
        Step(
          node: index - 1, inputs: node.inputs.compactMap { indices[$0] },
          outputShape: graph.shapes[node.name] ?? graph.outputShape, freed: [],
          mayOverwriteInput: false))
    }
    var lastReader: [Int: Int] = [:]
    var readers: [Int: Int] = [:]
    for (position, step) in steps.enumerated() {
      for input in step.inputs {
        lastReader[input] = position
        readers[input, default: 0] += 1
      }
    }
    for (value, position) in lastReader where value != output {
      steps[position].freed.append(value)
    }
    for position in steps.indices {
      let first = steps[position].inputs[0]
      steps[position].mayOverwriteInput =
        first > 0 && first != output && readers[first] == 1
        && graph.nodes[first - 1].operation.ownsItsValue
    }
    self.steps = steps
    self.output = output
  }

  private static func needed(
    _ graph: Graph, indices: [String: Int], output: Int
  ) -> Set<Int> {
    var needed: Set<Int> = [output]
    for index in stride(from: graph.nodes.count, to: 0, by: -1) where needed.contains(index) {
      needed.formUnion(graph.nodes[index - 1].inputs.compactMap { indices[$0] })
    }
    return needed
  }
}

extension Operation {
  /// Whether the value lies in memory of its own and the operation's gradient does not read it.
  fileprivate var ownsItsValue: Bool {
    switch self {
    case .convolution, .linear, .batchNorm, .add: true
    default: false
    }
  }
}
