import SignetModel

/// The nodes the output depends on, in order, and when each value may go.
struct ExecutionPlan {
  struct Step {
    /// Index in the graph's nodes; the node's value has the index plus one, the input's is 0.
    var node: Int
    /// The batch norm that is done together with `node`, a ReLU, and with the addition of the second
    /// input, if there is one.
    var batchNorm: Int?
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

  /// - Parameter fusesBatchNorms: whether a batch norm whose value only a ReLU reads, or only an
  ///   addition that only a ReLU reads, is one step with them; for training only
  init(_ graph: Graph, fusesBatchNorms: Bool = false) {
    var indices = [graph.inputs[0].name: 0]
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
    var readers = Self.readers(of: steps)
    if fusesBatchNorms {
      steps = Self.fused(steps, graph: graph, readers: readers, output: output)
      readers = Self.readers(of: steps)
    }
    var lastReader: [Int: Int] = [:]
    for (position, step) in steps.enumerated() {
      for input in step.inputs { lastReader[input] = position }
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

  /// How often each value is read.
  private static func readers(of steps: [Step]) -> [Int: Int] {
    steps.reduce(into: [:]) { readers, step in
      for input in step.inputs { readers[input, default: 0] += 1 }
    }
  }

  private static func fused(
    _ steps: [Step], graph: Graph, readers: [Int: Int], output: Int
  ) -> [Step] {
    let positions = Dictionary(
      uniqueKeysWithValues: steps.enumerated().map { ($1.node + 1, $0) })
    // The step that makes a value nobody else reads, if it is what is asked for.
    func step(making value: Int, _ isWanted: (Operation) -> Bool) -> Step? {
      guard value != output, readers[value] == 1, let position = positions[value],
        isWanted(graph.nodes[steps[position].node].operation)
      else { return nil }
      return steps[position]
    }
    func batchNorm(making value: Int) -> Step? {
      step(making: value) { if case .batchNorm = $0 { true } else { false } }
    }
    var joined: Set<Int> = []
    var fused = steps
    for (position, relu) in steps.enumerated() {
      guard case .relu = graph.nodes[relu.node].operation else { continue }
      if let norm = batchNorm(making: relu.inputs[0]) {
        fused[position].inputs = norm.inputs
        fused[position].batchNorm = norm.node
        joined.insert(norm.node)
        continue
      }
      guard let sum = step(making: relu.inputs[0], { $0 == .add }), sum.inputs.count == 2 else {
        continue
      }
      for (own, other) in [(0, 1), (1, 0)] {
        guard let norm = batchNorm(making: sum.inputs[own]) else { continue }
        fused[position].inputs = [norm.inputs[0], sum.inputs[other]]
        fused[position].batchNorm = norm.node
        joined.formUnion([norm.node, sum.node])
        break
      }
    }
    return fused.filter { !joined.contains($0.node) }
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
