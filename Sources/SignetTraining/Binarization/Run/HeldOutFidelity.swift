import SignetData
import SignetModel
import Torch

/// How nearly networks agree with the float network on the images held out.
struct HeldOutFidelity {
  let float: Model
  /// What is measured, with the ends of its results' names.
  let networks: [(suffix: String, model: Model)]

  /// - Returns: `heldOutImages`, and of each network in percent `agreement` (the largest output is at
  ///   the same place) where outputs belong to classes, and `fidelity` (100 less the relative error
  ///   of the outputs) where it is a number; empty where no image is held out or can be read.
  func results(on set: CalibrationSet, workers: Workers) throws -> [String: Double] {
    guard set.heldOut.count > 0 else { return [:] }
    let teacher = try Executor(model: float)
    let executors = try networks.map { try Executor(model: $0.model) }
    let outputs = teacher.classCount
    var sums = networks.map { _ in FidelitySums(outputs: outputs) }
    do {
      try set.forEachGroup(
        of: set.heldOut, count: set.heldOut.count, reporting: true, workers: workers
      ) { group in
        let chunks = try workers.map(group.indices) { index in
          try ([teacher] + executors).map { try $0.forward(group[index]).toFloats() }
        }
        for results in chunks {
          for image in 0..<results[0].count / max(1, outputs) {
            let row = image * outputs..<(image + 1) * outputs
            for (index, own) in results.dropFirst().enumerated() {
              _ = sums[index].add(own[row], expected: results[0][row])
            }
          }
        }
      }
    } catch is DataError where set.skipping != nil {
      // What cannot be read has been told of; the network is none the worse for it.
      return [:]
    }
    var results = ["heldOutImages": Double(sums.first?.images ?? 0)]
    for ((suffix, _), sum) in zip(networks, sums) {
      let fidelity = sum.fidelity(skipped: 0)
      if float.outputKind.isOfClasses { results["agreement" + suffix] = fidelity.agreement }
      let share = 100 * (1 - fidelity.relativeError)
      if share.isFinite { results["fidelity" + suffix] = share }
    }
    return results
  }
}
