import SignetData
import SignetModel

/// How nearly a network agrees with another, in each of its outputs and in all.
///
/// Of an output of classes that is the share of images whose largest number is at the same place, of
/// any output 100 less its relative error; in percent. Of several outputs the means count.
struct FidelitySummary {
  struct Output {
    let name: String
    /// `nil` where numbers belong to no classes.
    let agreement: Double?
    /// `nil` where it is no number, such as where all images give the same.
    let fidelity: Double?
  }

  let outputs: [Output]

  /// - Parameter fidelities: by output of `model`
  init(model: Model, fidelities: [Fidelity]) {
    outputs = zip(model.graph.outputs, fidelities).map { output, fidelity in
      let share = 100 * (1 - fidelity.relativeError)
      return Output(
        name: output.name,
        agreement: model.outputKind(of: output).isOfClasses ? fidelity.agreement : nil,
        fidelity: share.isFinite ? share : nil)
    }
  }

  /// The mean over the outputs, where all are of classes.
  var agreement: Double? {
    let known = outputs.compactMap(\.agreement)
    return known.count == outputs.count ? Self.mean(known) : nil
  }

  /// The mean over the outputs that have one.
  var fidelity: Double? { Self.mean(outputs.compactMap(\.fidelity)) }

  /// As provenance keeps them: `agreement` and `fidelity` and, of several outputs, the same with
  /// `:NAME` behind.
  func results(suffix: String) -> [String: Double] {
    var results: [String: Double] = [:]
    results["agreement" + suffix] = agreement
    results["fidelity" + suffix] = fidelity
    guard outputs.count > 1 else { return results }
    for output in outputs {
      results["agreement\(suffix):\(output.name)"] = output.agreement
      results["fidelity\(suffix):\(output.name)"] = output.fidelity
    }
    return results
  }

  private static func mean(_ numbers: [Double]) -> Double? {
    numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
  }
}
