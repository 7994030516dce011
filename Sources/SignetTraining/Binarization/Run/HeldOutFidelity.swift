import SignetData
import SignetModel
import Torch

/// How nearly networks agree with the float network on the images held out.
struct HeldOutFidelity {
  let float: Model
  /// What is measured, with the ends of its results' names.
  let networks: [(suffix: String, model: Model)]

  /// - Returns: `heldOutImages`, and of each network in percent what ``FidelitySummary`` has; empty
  ///   where no image is held out or can be read.
  func results(on set: CalibrationSet, workers: Workers) throws -> [String: Double] {
    guard set.heldOut.count > 0 else { return [:] }
    let teacher = try Executor(model: float)
    let executors = try networks.map { try Executor(model: $0.model) }
    let counts = float.graph.outputs.map { float.graph.shape(of: $0).elementCount }
    // By network, then output.
    var sums = networks.map { _ in counts.map { FidelitySums(outputs: $0) } }
    do {
      try set.forEachGroup(
        of: set.heldOut, count: set.heldOut.count, reporting: true, workers: workers
      ) { group in
        // By network, the float one first, then output.
        let chunks = try workers.map(group.indices) { index in
          try ([teacher] + executors).map {
            try $0.predicted(group[index]).map { try $0.toFloats() }
          }
        }
        for results in chunks {
          for (output, elements) in counts.enumerated() {
            let expected = results[0][output]
            for image in 0..<expected.count / max(1, elements) {
              let row = image * elements..<(image + 1) * elements
              for (index, own) in results.dropFirst().enumerated() {
                _ = sums[index][output].add(own[output][row], expected: expected[row])
              }
            }
          }
        }
      }
    } catch is DataError where set.skipping != nil {
      // What cannot be read has been told of; the network is none the worse for it.
      return [:]
    }
    var results = ["heldOutImages": Double(sums.first?.first?.images ?? 0)]
    for ((suffix, _), sums) in zip(networks, sums) {
      let summary = FidelitySummary(
        model: float, fidelities: sums.map { $0.fidelity(skipped: 0) })
      results.merge(summary.results(suffix: suffix)) { $1 }
    }
    return results
  }
}
