import SignetData
import SignetModel
import Torch

extension BinarizationRun {
  /// How nearly networks agree with the float network on the images held out: the result, and the
  /// same layers with sign and mean magnitude, whose numbers' names end in `OfSigns`.
  ///
  /// - Returns: `heldOutImages`, and in percent `agreement` (the largest output is at the same
  ///   place) where outputs belong to classes, and `fidelity` (100 less the relative error of the
  ///   outputs) where it is a number; empty where no image is held out or can be read.
  func measuredFidelity(
    of binary: Model, shouldStop: () -> Bool
  ) throws -> [String: Double] {
    guard let heldOut, heldOut.count > 0 else { return [:] }
    importance = nil
    let float = try Executor(model: model)
    let networks =
      [try Executor(model: binary)] + (options.method == .bwn ? [] : [try Executor(model: signs())])
    let outputs = float.classCount
    var sums = networks.map { _ in FidelitySums(outputs: outputs) }
    do {
      try eachGroup(
        of: heldOut, count: heldOut.count, reporting: true, shouldStop: shouldStop
      ) { group in
        let answers = try eachPart(group.indices, shouldStop) { index in
          try ([float] + networks).map { try $0.forward(group[index]).toFloats() }
        }
        for answer in answers {
          for image in 0..<answer[0].count / max(1, outputs) {
            let row = image * outputs..<(image + 1) * outputs
            for (index, own) in answer.dropFirst().enumerated() {
              _ = sums[index].add(own[row], expected: answer[0][row])
            }
          }
        }
      }
    } catch is DataError where skipping != nil {
      // What cannot be read has been told of; the network is none the worse for it.
      return [:]
    }
    var results = ["heldOutImages": Double(sums[0].images)]
    for (name, sum) in zip(["", "OfSigns"], sums) {
      let fidelity = sum.fidelity(skipped: 0)
      if model.outputKind.isOfClasses { results["agreement" + name] = fidelity.agreement }
      let share = 100 * (1 - fidelity.relativeError)
      if share.isFinite { results["fidelity" + name] = share }
    }
    return results
  }

  /// The float network with sign and mean magnitude in the layers that were solved.
  private func signs() throws -> Model {
    var weights = model.weights
    for position in layers {
      let weight = try weight(at: position)
      let codes = try BinaryCodes(
        signsOf: weight, codeCount: solved[node(at: position).name]?.codes.codeCount ?? 1)
      weights[node(at: position).parameterName(.weight)] = try Weight(
        shape: weight.shape, storage: .binary(codes))
    }
    return try model.with(weights: weights)
  }
}
