import SignetModel

/// The steps that make some of a graph's values, in order, and when each value may go.
struct ExecutionPlan {
  struct Step {
    /// Index in the graph's nodes.
    var node: Int
    /// The batch norm that is done together with `node`, a ReLU, and with the addition of the second
    /// input, if there is one.
    var batchNorm: Int?
    var inputs: [ValueID]
    /// What it makes.
    var value: ValueID
    var outputShape: Shape
    /// Values whose last reader is this step.
    var freed: [ValueID]
    /// The first input has no other reader, and the operation that made it does not need it for
    /// its own gradient.
    var mayOverwriteInput: Bool
  }

  let graph: Graph
  let steps: [Step]
  /// Values that must be there before the first step.
  let sources: Set<ValueID>

  /// - Parameters:
  ///   - wanted: values that are there after the last step; `nil`: the network's outputs
  ///   - given: values that are there already and need no step
  ///   - fusesBatchNorms: whether a batch norm whose value only a ReLU reads, or only an addition that
  ///     only a ReLU reads, is one step with them; for training only
  init(
    _ graph: Graph, wanted: [ValueID]? = nil, given: Set<ValueID> = [],
    fusesBatchNorms: Bool = false
  ) {
    let wanted = Set(wanted ?? graph.outputValues)
    self.graph = graph
    let (nodes, sources) = Self.needed(graph, wanted: wanted, given: given)
    var steps = nodes.sorted().map { node in
      let value = graph.value(madeBy: node)
      return Step(
        node: node, inputs: graph.values(readBy: node), value: value,
        outputShape: graph.shape(of: value), freed: [], mayOverwriteInput: false)
    }
    var readers = Self.readers(of: steps)
    if fusesBatchNorms {
      steps = Self.fused(steps, graph: graph, readers: readers, wanted: wanted)
      readers = Self.readers(of: steps)
    }
    var lastReader: [ValueID: Int] = [:]
    for (index, step) in steps.enumerated() {
      for input in step.inputs { lastReader[input] = index }
    }
    for (value, index) in lastReader where !wanted.contains(value) {
      steps[index].freed.append(value)
    }
    for index in steps.indices {
      guard let first = steps[index].inputs.first, let maker = graph.maker(of: first) else {
        continue
      }
      steps[index].mayOverwriteInput =
        !sources.contains(first) && !wanted.contains(first) && readers[first] == 1
        && graph.nodes[maker].operation.ownsItsValue
    }
    self.steps = steps
    self.sources = sources
  }

  /// How often each value is read.
  private static func readers(of steps: [Step]) -> [ValueID: Int] {
    steps.reduce(into: [:]) { readers, step in
      for input in step.inputs { readers[input, default: 0] += 1 }
    }
  }

  /// The nodes that make the wanted values, and the values that no node has to make.
  private static func needed(
    _ graph: Graph, wanted: Set<ValueID>, given: Set<ValueID>
  ) -> (nodes: Set<Int>, sources: Set<ValueID>) {
    var nodes: Set<Int> = []
    var sources: Set<ValueID> = []
    var pending = Array(wanted)
    while let value = pending.popLast() {
      guard !given.contains(value), let node = graph.maker(of: value) else {
        sources.insert(value)
        continue
      }
      if nodes.insert(node).inserted { pending += graph.values(readBy: node) }
    }
    return (nodes, sources)
  }
}

extension NodeOperation {
  /// Whether the value lies in memory of its own and the operation's gradient does not read it.
  fileprivate var ownsItsValue: Bool {
    switch self {
    case .convolution, .linear, .batchNorm, .add: true
    default: false
    }
  }
}
