import SignetModel
import Torch

extension PairedNetwork {
  /// How far values of the binarized network lie from the float network's, float − binarized,
  /// summed over the values.
  ///
  /// A value that is not there yet is computed on the way if it comes from values that are.
  ///
  /// - Parameters:
  ///   - names: values of one shape
  ///   - open: nodes whose binary parameters are not known yet
  /// - Returns: N × the values' shape; `nil` if a value depends on an open node, or if there is no
  ///   difference.
  func error(of names: [String], chunk: Int, open: Set<Int>) throws(TrainingError) -> Tensor? {
    guard !isSymmetric else { return nil }
    let graph = interpreter.graph
    let wanted = names.compactMap(graph.value(named:))
    let given = activations.ids(of: chunk)
    let way = ExecutionPlan(graph, wanted: wanted, given: given)
    guard way.sources.isSubset(of: given),
      way.steps.allSatisfy({ !open.contains($0.node) && passes($0.node) })
    else { return nil }
    var values = try activations.values(of: chunk, way.sources)
    try Interpreter(plan: way).run(over: &values) { (_, step, inputs) throws(TrainingError) in
      try value(of: step, inputs)
    }
    var sum: Tensor?
    for name in wanted {
      guard let value = values[name] else { return nil }
      guard let changed = value.changed else { continue }
      sum = try TrainingError.wrapping {
        let difference = try value.float - changed
        return try sum.map { try $0 + difference } ?? difference
      }
    }
    return sum
  }

  /// Whether a node is one of those that are ever run.
  private func passes(_ node: Int) -> Bool {
    guard let last = steps.last else { return false }
    return node <= interpreter.plan.steps[last].node
  }
}
