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
    let target = (graph.nodes.firstIndex { $0.name == name }).map { $0 + 1 } ?? 0
    let positions = Dictionary(
      steps.enumerated().map { ($1.node + 1, $0) }, uniquingKeysWith: { first, _ in first })
    let known = held(chunk)
    var values: Chunk = [:]
    var missing: Set<Int> = []
    var readers: [Int: Int] = [target: 1]
    var pending = [target]
    while let value = pending.popLast() {
      guard values[value] == nil, !missing.contains(value) else { continue }
      if let known = known[value] {
        values[value] = try TrainingError.wrapping { try restored(known) }
        continue
      }
      guard let position = positions[value], !open.contains(value - 1) else { return nil }
      missing.insert(value)
      for input in steps[position].inputs { readers[input, default: 0] += 1 }
      pending += steps[position].inputs
    }
    for value in missing.sorted() {
      guard let position = positions[value] else { continue }
      let step = steps[position]
      values[value] = try computed(step, step.inputs.compactMap { values[$0] })
      for input in step.inputs {
        readers[input, default: 0] -= 1
        if readers[input] == 0 { values[input] = nil }
      }
    }
    return values[target]
  }
}
