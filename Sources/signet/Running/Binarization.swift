import Foundation
import SignetData
import SignetModel
import SignetReport
import SignetTraining

/// One run of the binarizer with a line per layer and its result written.
struct Binarization {
  let options: BinarizationOptions
  var keptLayers = KeptLayerStorage.float32
  let checkpoint: URL
  /// Where images that cannot be read are named; with `nil` the first one is an error.
  var skipped: SkippedImages?
  /// The processes that share the work; the first shows and writes all.
  var ranks = Ranks.alone

  /// Agreement or fidelity, in percent, below which more is needed than hashing.
  private static let littleKept = 50.0

  /// - Returns: in the first process
  func run(
    _ model: Model, dataset: any ImageDataset, output: OutputFile
  ) throws -> BinarizationReport? {
    guard ranks.isFirst else {
      _ = try Binarizer(options: options).run(
        model, dataset: dataset, checkpoint: checkpoint, ranks: ranks,
        cancellation: Interruption.cancellation, skipping: skipped.map { _ in { _ in } })
      return nil
    }
    let clock = ContinuousClock()
    let start = clock.now
    var seen = Seen()
    let binary = try binarized(model, dataset: dataset, &seen)
    let step = binary.provenance.steps.last
    let results = step?.results ?? [:]
    let bits = step?.options["budget"].flatMap(Double.init)
    let trial = seen.trials.first { $0.bits == bits }
    if trial != nil {
      // The last network tried need not be the one that is taken.
      seen.layers = step?.layers ?? []
      seen.choices = step?.choices.map(BinarizationReport.explained)
    }
    for warning in Self.warnings(of: results, trial) {
      seen.warnings.append(warning)
      Console.warn(warning)
    }
    try binary.write(to: output.url)
    return BinarizationReport(
      output: output.path, method: options.method.rawValue, images: seen.images?.taken ?? 0,
      imagesAsked: options.images, skipped: skipped?.count ?? 0,
      seconds: (clock.now - start) / .seconds(1),
      peakResidentBytes: ProcessMemory.peakResidentBytes,
      fileBytes: try binary.fileByteCount, floatBytes: model.floatByteCount, layers: seen.layers,
      choices: seen.choices, bits: bits, trials: seen.trials, results: results,
      outputNames: model.graph.outputs.map(\.name),
      kept: try Binarizer(options: options).layersKept(in: model).map {
        BinarizationReport.Kept(name: $0.name, reason: "\($0.reason)")
      },
      warnings: seen.warnings)
  }

  /// What a run tells on the way.
  private struct Seen {
    var layers: [LayerRecord] = []
    var images: CalibrationImages?
    var warnings: [String] = []
    var choices: [BinarizationReport.Choice]?
    var trials: [BudgetTrial] = []
  }

  /// - Parameter seen: what is told is printed at once, and kept here
  private func binarized(
    _ model: Model, dataset: any ImageDataset, _ seen: inout Seen
  ) throws -> Model {
    // A file or a pipe has no end of the line.
    let columns = Console.errorIsTerminal ? Console.errorColumns : .max
    var told = Seen()
    defer { seen = told }
    return try Binarizer(options: options).run(
      model, dataset: dataset, checkpoint: checkpoint, ranks: ranks,
      cancellation: Interruption.cancellation,
      progress: { layer, index, total in
        told.layers.append(layer)
        Console.note(
          BinarizationReport.line(for: layer, index: index, total: total, columns: columns))
      },
      chosen: {
        let explained = BinarizationReport.explained($0)
        (told.layers, told.choices) = ([], explained)
        for choice in explained { Console.note(choice.line(columns: columns)) }
      },
      tried: {
        told.trials.append($0)
        Console.note(BinarizationReport.line(for: $0))
      },
      skipping: skipped.map { $0.note },
      began: {
        told.images = $0
        for line in $0.shortage + $0.placement(beside: checkpoint) { Console.note(line) }
      },
      warned: {
        told.warnings.append("\($0)")
        Console.warn("\($0)")
      }
    ).storingKeptLayers(as: keptLayers).recordingCommand()
  }
}

extension Binarization {
  /// What to say of a result that is worse than wanted.
  private static func warnings(of results: [String: Double], _ trial: BudgetTrial?) -> [String] {
    var warnings: [String] = []
    if let trial, !trial.suffices { warnings.append(BinarizationReport.shortfall(of: trial)) }
    if let kept = results["agreement"] ?? results["fidelity"], kept < littleKept {
      warnings.append(
        "little of the float network is left (\(Quantity.percent(kept))): give more --images, "
          + "more --codes per filter, or train what came out with signet finetune")
    }
    return warnings
  }
}

extension CalibrationImages {
  /// Why fewer images calibrate than were asked for, in short lines; none where all do.
  fileprivate var shortage: [String] {
    let count =
      "\(Quantity.count(taken)) of the \(Quantity.count(asked)) images asked for calibrate:"
    switch limit {
    case nil: return []
    case .dataset:
      let rest = heldOut > 0 ? ", and \(Quantity.count(heldOut)) of them are held out" : ""
      return [count, "  the set has \(Quantity.count(available))" + rest]
    case .memory(let bytes, let layer):
      return [count, "  more would pass --memory \(bytes >> 20)MiB at '\(layer)'"]
    case .scratch(let bytes, let folder):
      return [
        count, "  the \(Quantity.bytes(bytes)) free in \(folder) hold the activations of no more;",
        "  give more --memory, or a --checkpoint where there is room",
      ]
    }
  }

  /// Where activations lie, if not in memory.
  fileprivate func placement(beside checkpoint: URL) -> [String] {
    guard activations == .file else { return [] }
    return [
      "activations are kept beside \(checkpoint.path)",
      "  up to \(Quantity.bytes(fileBytes)), "
        + "which --memory does not hold; gone at the end",
    ]
  }
}
