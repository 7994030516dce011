import SignetModel
import Torch

extension ActivationStreams {
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
    var sum: Tensor?
    for name in names {
      guard let value = try value(name, chunk: chunk, open: open) else { return nil }
      guard let binary = value.binary else { continue }
      sum = try TrainingError.wrapping {
        let difference = try value.float - binary
        return try sum.map { try $0 + difference } ?? difference
      }
    }
    return sum
  }

  private func value(
    _ name: String, chunk: Int, open: Set<Int>
  ) throws(TrainingError) -> Value? {
    let node = graph.nodes.firstIndex { $0.name == name }
    if let known = chunks[chunk][node.map { $0 + 1 } ?? 0] {
      return try TrainingError.wrapping { try restored(known) }
    }
    guard let node, !open.contains(node), let step = steps.first(where: { $0.node == node }) else {
      return nil
    }
    var inputs: [Value] = []
    for input in graph.nodes[node].inputs {
      guard let value = try value(input, chunk: chunk, open: open) else { return nil }
      inputs.append(value)
    }
    return try computed(step, inputs)
  }
}
