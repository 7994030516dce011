import SignetModel

extension ExecutionPlan {
  /// Joins batch norms, and additions behind them, with the ReLU that alone reads them.
  ///
  /// - Parameters:
  ///   - readers: how often each value is read
  ///   - wanted: values that must not be joined away
  static func fused(
    _ steps: [Step], graph: Graph, readers: [ValueID: Int], wanted: Set<ValueID>
  ) -> [Step] {
    let makers = Dictionary(
      steps.enumerated().map { ($1.value, $0) }, uniquingKeysWith: { first, _ in first })
    // The step that makes a value nobody else reads, if it is what is asked for.
    func step(making value: ValueID, _ isWanted: (NodeOperation) -> Bool) -> Step? {
      guard !wanted.contains(value), readers[value] == 1, let index = makers[value],
        isWanted(graph.nodes[steps[index].node].operation)
      else { return nil }
      return steps[index]
    }
    func batchNorm(making value: ValueID) -> Step? {
      step(making: value) { if case .batchNorm = $0 { true } else { false } }
    }
    var joined: Set<Int> = []
    var fused = steps
    for (index, relu) in steps.enumerated() {
      guard case .relu = graph.nodes[relu.node].operation else { continue }
      if let norm = batchNorm(making: relu.inputs[0]) {
        fused[index].inputs = norm.inputs
        fused[index].batchNorm = norm.node
        joined.insert(norm.node)
        continue
      }
      guard let sum = step(making: relu.inputs[0], { $0 == .add }), sum.inputs.count == 2 else {
        continue
      }
      for (own, other) in [(0, 1), (1, 0)] {
        guard let norm = batchNorm(making: sum.inputs[own]) else { continue }
        fused[index].inputs = [norm.inputs[0], sum.inputs[other]]
        fused[index].batchNorm = norm.node
        joined.formUnion([norm.node, sum.node])
        break
      }
    }
    return fused.filter { !joined.contains($0.node) }
  }
}
