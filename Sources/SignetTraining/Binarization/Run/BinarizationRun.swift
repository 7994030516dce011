import Foundation
import SignetData
import SignetHashing
import SignetModel
import Torch

/// One run of a binarizer: puts the calibration set, the two networks, the layers' solutions and the
/// edit of the model together.
final class BinarizationRun {
  /// Its budget is that of the trial where one is looked for.
  var options: BinarizationOptions
  let model: Model
  /// `nil` without any data.
  let set: CalibrationSet?
  let memory: CalibrationMemory
  let layout: CalibrationLayout
  let dataName: String?
  let observer: BinarizationObserver
  let workers: Workers
  let threads: Int
  let ranks: Ranks
  private let cancellation: Cancellation
  var selection: LayerSelection
  /// All layers that could be solved.
  let wholeSelection: LayerSelection
  var state: BinarizationState
  /// What each position of the layers' outputs counts; `nil`: all alike.
  var fisher: FisherWeights?
  /// What the budget gave each layer, if there is one.
  var choice: BudgetChoice?
  /// The result as far as it is known.
  var edit: ModelEdit
  /// Images that calibrated, in the end.
  private(set) var imagesTaken = 0
  /// Whether images that are all alike were seen, and told of.
  private var areAlike = false

  init(
    options: BinarizationOptions, model: Model, dataset: (any ImageDataset)?, checkpoint: URL?,
    ranks: Ranks = .alone, cancellation: Cancellation = .none,
    observer: BinarizationObserver = BinarizationObserver()
  ) throws {
    self.ranks = ranks
    self.cancellation = cancellation
    self.options = options
    self.model = model
    self.observer = observer
    dataName = dataset?.name
    edit = ModelEdit(model)
    let selection = try LayerSelection(model, options: options)
    (self.selection, wholeSelection) = (selection, selection)
    try options.checkData(isThere: dataset != nil)
    let layout = CalibrationLayout(graph: model.graph, atOnce: options.batchSize)
    let memory = CalibrationMemory(
      model: model, options: options, layout: layout, selection: selection)
    let set = try dataset.map { dataset in
      let scratch =
        checkpoint?.deletingLastPathComponent() ?? FileManager.default.temporaryDirectory
      return CalibrationSet(
        dataset,
        images: try CalibrationImages(
          options: options, dataset: dataset, memory: memory, scratch: scratch),
        seed: options.seed, model: model, layout: layout, scratch: scratch,
        skipping: observer.skipping)
    }
    (self.layout, self.memory, self.set) = (layout, memory, set)
    threads = options.threads ?? TorchSettings.threads
    workers = Workers(
      threads: memory.workers(atMost: threads, images: set?.images, within: options.memoryBytes),
      // Several processes stop together, between layers.
      cancellation: ranks.count > 1 ? .none : cancellation)
    try selection.checkWeights()
    state = try BinarizationState(
      file: checkpoint,
      fingerprint: options.fingerprint(
        model: model, images: set?.images, data: checkpoint == nil ? nil : dataset?.fingerprint),
      selection: selection, ranks: ranks)
  }

  func toEnd() throws -> Model {
    do {
      let model = try options.targetDrop.map(smallest) ?? binarized()
      ranks.leave()
      return model
    } catch TrainingError.interrupted {
      throw TrainingError.interrupted(checkpoint: state.usefulFile)
    }
  }

  func binarized() throws -> Model {
    try measureFisherWeights()
    return try noGrad {
      if let set {
        try chooseLayers(set)
        try solveAll(set)
      } else {
        try solveAllWithoutData()
      }
      return try result()
    }
  }

  /// Whether a layer's sums are needed: no checkpoint knows its codes, or it is refitted.
  func isOpen(_ layer: Int) -> Bool { state.solved[selection.node(at: layer).name] == nil }

  private func solveAll(_ set: CalibrationSet) throws {
    let stops = selection.stops
    guard !selection.layers.isEmpty, let first = stops.first else { return }
    let began = ContinuousClock.now
    let networks = try pass.begin(
      set, count: set.images.taken, plan: selection.plan, steps: selection.steps, first: first,
      isSymmetric: options.symmetric)
    imagesTaken = networks.imageCount
    var done = 0
    for (index, layer) in stops.enumerated() {
      let start = index > 0 ? ContinuousClock.now : began
      try stopIfAnyIsAsked()
      ranks.note("layer '\(selection.node(at: layer).name)'")
      if index > 0 { try pass.advance(networks, from: stops[index - 1], to: layer) }
      guard selection.layers.contains(layer) else {
        var sums = try sums(of: layer, networks)
        let refitted = try solving(layer).refit(&sums)
        try put(refitted.weight, offset: refitted.offset, at: layer, networks)
        continue
      }
      let solution = try solution(at: layer, networks, since: start)
      try put(solution, at: layer, networks)
      observer.solved(solution.record, done, selection.layers.count)
      done += 1
    }
  }

  /// Solves a layer, or takes what a checkpoint knows of it.
  private func solution(
    at layer: Int, _ networks: PairedNetwork, since start: ContinuousClock.Instant
  ) throws -> SolvedLayer {
    let name = selection.node(at: layer).name
    if let known = state.solved[name] {
      try pass.enter(layer, networks)
      return known
    }
    var sums = try sums(of: layer, networks)
    let solving = try solving(layer)
    var solution = try solving.solve(&sums)
    if let codes = solution.record.codes, solution.record.bits == nil {
      solution.record.sensitivity = state.survey[name]?.changes[codes]
    }
    solution.record.seconds = (ContinuousClock.now - start) / .seconds(1)
    state.solved[name] = solution
    try state.save()
    return solution
  }

  /// Ends the run in all processes where one of them was asked to.
  func stopIfAnyIsAsked() throws {
    guard ranks.count > 1 else { return }
    let flags = try ranks.gathered([cancellation.isAsked ? 1 : 0])
    guard flags.contains([1]) else { return }
    ranks.leave()
    throw TrainingError.interrupted(checkpoint: nil)
  }

  private func solveAllWithoutData() throws {
    for (index, layer) in selection.layers.enumerated() {
      let solution = try solving(layer).solveWithoutData()
      state.solved[selection.node(at: layer).name] = solution
      try put(solution, at: layer)
      observer.solved(solution.record, index, selection.layers.count)
    }
  }

  var pass: CalibrationPass {
    CalibrationPass(
      options: options, model: model, workers: workers, threads: threads, ranks: ranks
    ) {
      [unowned self] count in
      guard !areAlike else { return }
      areAlike = true
      observer.warned(.imagesAlike(count: count))
    }
  }

  private func sums(of layer: Int, _ networks: PairedNetwork) throws -> [CalibrationSums] {
    try pass.sums(of: layer, networks, fisher: fisher, open: selection.open(at: layer))
  }

  private func solving(_ layer: Int) throws(TrainingError) -> LayerSolving {
    let node = selection.node(at: layer)
    let weight = try selection.weight(at: layer)
    let counts =
      choice?.codeCounts[node.name]
      ?? [Int](repeating: options.codes, count: weight.shape.first ?? 0)
    return LayerSolving(
      options: options, name: node.name, weight: weight,
      parts: LayerParts(
        codeCounts: counts, layer: node, options: options, graph: model.graph,
        weights: model.weights), threads: threads, ranks: ranks)
  }

  private func put(
    _ solution: SolvedLayer, at layer: Int, _ networks: PairedNetwork? = nil
  ) throws {
    let weight = try Weight(
      shape: selection.weight(at: layer).shape, storage: .binary(solution.codes))
    try put(weight, offset: solution.offset, at: layer, networks)
  }

  /// Takes a layer's new weight into the result and, where given, the binarized network.
  private func put(
    _ weight: Weight, offset: [Float], at layer: Int, _ networks: PairedNetwork?
  ) throws {
    let changed = try edit.replace(selection.node(at: layer), with: weight, offset: offset)
    guard let networks else { return }
    for node in changed { networks.parameters.replace(node, with: try edit.parameters(of: node)) }
  }
}
