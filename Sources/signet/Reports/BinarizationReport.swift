import SignetModel
import SignetReport
import SignetTraining

/// How the hashing of a model went.
struct BinarizationReport: Report {
  /// The model file that was written.
  var output: String
  var method: String
  /// Images that calibrated.
  var images: Int
  var imagesAsked: Int
  /// Images that could not be read and had others in their place.
  var skipped: Int
  var seconds: Double
  /// The most memory that the process held.
  var peakResidentBytes: Int?
  var fileBytes: Int
  var floatBytes: Int
  var layers: [LayerRecord]
  /// What a budget of bits gave each layer, if there was one.
  var choices: [Choice]?
  /// The budget in bits per weight, if there was one.
  var bits: Double?
  /// The budgets that were tried, where the smallest was looked for.
  var trials: [Trial]?
  /// Images that calibrated nothing and measured the result.
  var heldOutImages: Int
  /// Share of them where the float network's largest output is at the same place, in percent; `nil`
  /// where outputs belong to no classes.
  var agreement: Double?
  /// 100 less the relative error of the outputs on them, in percent.
  var fidelity: Double?
  /// The same of sign and mean magnitude in the same layers.
  var agreementOfSigns: Double?
  var fidelityOfSigns: Double?
  /// The same of each of several outputs, whose means the numbers above are.
  var outputs: [Output]?
  /// Layers that were left in float, and why.
  var kept: [Kept]
  /// What makes the result worth little, in words.
  var warnings: [String]

  init(
    output: String, method: String, images: Int, imagesAsked: Int? = nil, skipped: Int = 0,
    seconds: Double, peakResidentBytes: Int? = nil, fileBytes: Int, floatBytes: Int,
    layers: [LayerRecord],
    choices: [Choice]? = nil, bits: Double? = nil, trials: [BudgetTrial] = [],
    results: [String: Double] = [:], outputNames: [String] = [],
    kept: [Kept] = [], warnings: [String] = []
  ) {
    self.output = output
    self.method = method
    self.images = images
    self.imagesAsked = imagesAsked ?? images
    self.skipped = skipped
    self.seconds = seconds
    self.peakResidentBytes = peakResidentBytes
    self.fileBytes = fileBytes
    self.floatBytes = floatBytes
    self.layers = layers
    self.choices = choices
    self.bits = bits
    self.trials = trials.isEmpty ? nil : trials.map(Trial.init)
    outputs = outputNames.count > 1 ? outputNames.map { Output(name: $0, results: results) } : nil
    self.kept = kept
    self.warnings = warnings
    heldOutImages = Int(results["heldOutImages"] ?? 0)
    agreement = results["agreement"]
    fidelity = results["fidelity"]
    agreementOfSigns = results["agreementOfSigns"]
    fidelityOfSigns = results["fidelityOfSigns"]
  }

  var text: String {
    var lines = [
      "\(layers.count) layer\(layers.count == 1 ? "" : "s") binarized with \(method) in "
        + "\(Quantity.seconds(seconds))"
    ]
    lines += Kept.lines(kept)
    if skipped > 0 {
      lines.append("\(Quantity.count(skipped)) image\(skipped == 1 ? "" : "s") skipped")
    }
    if let own = agreement ?? fidelity {
      let title = agreement == nil ? "fidelity to float" : "agreement with float"
      let count = "\(Quantity.count(heldOutImages)) held-out image\(heldOutImages == 1 ? "" : "s")"
      lines.append("\(title)  \(Quantity.percent(own)), \(count)")
      if let signs = agreement == nil ? fidelityOfSigns : agreementOfSigns {
        lines.append(
          "signs alone (BWN)".padded(to: title.count, .left) + "  \(Quantity.percent(signs))")
      }
    }
    lines += Output.lines(outputs ?? [])
    if let trial = trials?.first(where: { $0.bits == bits }), trial.suffices {
      lines.append(
        "smallest budget that keeps enough  \(Quantity.fraction(trial.bits)) bits a weight")
    }
    lines.append(
      "→ \(output.printablePath) (\(Quantity.bytes(fileBytes)), "
        + "\(Quantity.ratio(Double(floatBytes) / Double(max(1, fileBytes)))) smaller)")
    return lines.joined(separator: "\n")
  }
}

extension OutputChange {
  var text: String {
    let change = changedTop1.map {
      "divergence \(Quantity.fraction(divergence)), top-1 changed \(Quantity.percent(100 * $0))"
    }
    return change ?? "relative error \(Quantity.fraction(divergence))"
  }
}
