import Foundation
import SignetData
import SignetHashing
import SignetModel
import Torch

/// One run of a binarizer: the layers to solve and the network as far as it is solved.
final class BinarizationRun {
  let options: BinarizationOptions
  let model: Model
  /// What calibrates, in order; `nil` without any data.
  let dataset: (any ImageDataset)?
  /// What measures the result.
  let heldOut: (any ImageDataset)?
  private let dataName: String?
  let checkpoint: URL?
  let skipping: ((DataError) -> Void)?
  let warned: (BinarizationWarning) -> Void
  /// How the work is cut up.
  let layout: CalibrationLayout
  /// Which images are used; `nil` without any.
  let images: CalibrationImages?
  let memory: CalibrationMemory
  let workers: Workers
  let threads: Int
  /// Images that calibrated, in the end.
  private(set) var imagesTaken = 0
  /// Whether that was seen, and told.
  var imagesAreAlike = false
  /// Nodes the output depends on, up to the last layer to be solved or refitted.
  let steps: [ExecutionPlan.Step]
  /// Positions in `steps` of the layers to solve.
  private(set) var layers: [Int]
  /// Positions of all layers with float weights, in those to solve or not.
  private let floatLayers: [Int]
  /// What a checkpoint must have been made with.
  let fingerprint: [String: String]
  /// By layer name.
  var solved: [String: SolvedLayer] = [:]
  /// The output with one layer alone binary, by layer name and codes.
  var survey: [String: [Int: OutputChange]] = [:]
  /// What each place of the layers' outputs counts; `nil`: all alike.
  var importance: PlaceImportance?
  /// What the budget gave each layer, if there is one.
  private(set) var choices: [LayerChoice]?
  /// The result as far as it is known; grows biases as offsets need them.
  private var graph: Graph
  private var weights: [String: Weight]

  init(
    options: BinarizationOptions, model: Model, dataset: (any ImageDataset)?, checkpoint: URL?,
    skipping: ((DataError) -> Void)? = nil,
    warned: @escaping (BinarizationWarning) -> Void = { _ in }
  ) throws {
    self.options = options
    self.model = model
    self.checkpoint = checkpoint
    self.skipping = skipping
    self.warned = warned
    graph = model.graph
    weights = model.weights
    let kept = try options.keep.layers(of: model.graph)
    let all = ExecutionPlan(model.graph).steps
    let floatLayers = all.indices.filter {
      let node = model.graph.nodes[all[$0].node]
      return node.operation.isBinarizable && !model.isBinary(node)
    }
    let layers = floatLayers.filter { !kept.contains(model.graph.nodes[all[$0].node].name) }
    guard let lastLayer = layers.last else { throw TrainingError.nothingToBinarize }
    let last = options.refits ? floatLayers.last ?? lastLayer : lastLayer
    if options.method != .bwn, dataset == nil {
      throw TrainingError.missing(
        what: "calibration images", neededBy: options.method.rawValue)
    }
    if options.needsSurvey, dataset == nil {
      throw TrainingError.missing(
        what: "calibration images", neededBy: options.budget == nil ? "sensitivity" : "budget")
    }
    self.layers = layers
    self.floatLayers = floatLayers
    steps = Array(all[...last])
    threads = options.threads ?? TorchSettings.threads
    layout = CalibrationLayout(graph: model.graph, atOnce: options.batchSize)
    memory = CalibrationMemory(
      model: model, options: options, layout: layout, steps: steps,
      stops: Self.stops(steps, layers: layers, floatLayers: floatLayers, refits: options.refits),
      layers: layers, weighsPlaces: options.weighsPlaces(of: model))
    if let dataset {
      images = try CalibrationImages(options: options, dataset: dataset, memory: memory)
      let parts = dataset.shuffled(seed: options.seed, settingAside: images?.heldOut ?? 0)
      (self.dataset, heldOut) = (parts.first, parts.last)
    } else {
      (images, self.dataset, heldOut) = (nil, nil, nil)
    }
    dataName = dataset?.name
    workers = Workers(
      threads: memory.workers(
        atMost: threads, images: images, within: options.memoryBytes))
    var fingerprint = options.described
    fingerprint["batchSize"] = "\(options.batchSize)"
    if let images {
      fingerprint["images taken"] = "\(images.taken), \(images.holdsBFloat16 ? "halved" : "whole")"
    }
    fingerprint["seed"] = "\(options.seed)"
    fingerprint["model"] = try Digest.of(model)
    if checkpoint != nil { fingerprint["data"] = dataset?.fingerprint }
    self.fingerprint = fingerprint
    for position in stops { try checkWeights(of: node(at: position)) }
    try resumeIfPossible()
  }

  /// Positions of the layers to solve and of the float ones behind them to refit.
  var stops: [Int] {
    Self.stops(steps, layers: layers, floatLayers: floatLayers, refits: options.refits)
  }

  private static func stops(
    _ steps: [ExecutionPlan.Step], layers: [Int], floatLayers: [Int], refits: Bool
  ) -> [Int] {
    guard refits else { return layers }
    var changed: Set<Int> = []
    var stops: [Int] = []
    for (position, step) in steps.enumerated() {
      let isLayer = layers.contains(position)
      let follows = step.inputs.contains(where: changed.contains)
      if isLayer || follows { changed.insert(step.node + 1) }
      if isLayer || follows && floatLayers.contains(position) { stops.append(position) }
    }
    return stops
  }

  func node(at position: Int) -> Node { model.graph.nodes[steps[position].node] }

  func weight(at position: Int) throws(TrainingError) -> Weight {
    let node = node(at: position)
    guard let weight = model.weight(.weight, of: node) else {
      throw .missing(what: "a weight", neededBy: "layer '\(node.name)'")
    }
    return weight
  }

  private func checkWeights(of node: Node) throws(TrainingError) {
    guard model.weight(.weight, of: node)?.floats.allSatisfy(\.isFinite) ?? false else {
      throw .notFinite(layer: node.name, part: .weights)
    }
  }

  func toEnd(
    chosen: ([LayerChoice]) -> Void, progress: (LayerRecord, Int, Int) -> Void,
    shouldStop: () -> Bool
  ) throws -> Model {
    if let dataset {
      if options.needsSurvey { try measureSensitivity(dataset, shouldStop: shouldStop) }
      if let budget = options.budget {
        let choices = try chooseCodes(budget: budget)
        self.choices = choices
        let float = Set(choices.filter { $0.codes == 0 }.map(\.name))
        layers.removeAll { float.contains(node(at: $0).name) }
        chosen(choices)
      }
      try solveWithData(dataset, progress: progress, shouldStop: shouldStop)
    } else {
      for (index, position) in layers.enumerated() {
        let name = node(at: position).name
        let solution = try solving(position).solveWithoutData()
        solved[name] = solution
        try put(solution, at: position)
        progress(solution.record, index, layers.count)
      }
    }
    let binary = try model.with(graph: graph, weights: weights, provenance: model.provenance)
    let step = Provenance.Step(
      verb: "binarize", data: dataName, seed: options.seed, options: try described,
      results: try measuredFidelity(of: binary, shouldStop: shouldStop),
      layers: layers.compactMap { solved[node(at: $0).name]?.record.untimed }, choices: choices)
    return try binary.with(provenance: model.provenance.adding(step))
  }

  /// What shaped the result, with what computed it: codes whose gain is within rounding depend on
  /// the instructions.
  private var described: [String: String] {
    get throws {
      var described = options.described
      described["kernels"] = try Kernels.chosen().instructionSet.rawValue
      guard let images else { return described }
      described["libtorch"] = "\(TorchSettings.version) \(TorchSettings.processorCapability)"
      guard options.method != .bwn else { return described }
      described["images"] = "\(imagesTaken)"
      if imagesTaken < options.images { described["imagesAsked"] = "\(options.images)" }
      if images.holdsBFloat16 { described["activations"] = "bfloat16" }
      return described
    }
  }

  func solving(_ position: Int) throws(TrainingError) -> LayerSolving {
    let name = node(at: position).name
    var options = options
    if let choice = choices?.first(where: { $0.name == name }) { options.codes = choice.codes }
    return LayerSolving(options: options, name: name, weight: try weight(at: position))
  }

  private func solveWithData(
    _ dataset: any ImageDataset, progress: (LayerRecord, Int, Int) -> Void,
    shouldStop: () -> Bool
  ) throws {
    let stops = stops
    guard !layers.isEmpty, let first = stops.first else { return }
    let began = ContinuousClock.now
    let streams = try streams(
      dataset, images: images?.taken ?? 0, steps: steps, first: first,
      isSymmetric: options.symmetric,
      shouldStop: shouldStop)
    imagesTaken = streams.imageCount
    var done = 0
    for (index, position) in stops.enumerated() {
      let start = index > 0 ? ContinuousClock.now : began
      if index > 0 {
        try advance(streams, from: stops[index - 1], to: position, shouldStop: shouldStop)
      }
      guard layers.contains(position) else {
        var sums = try calibrate(
          position, streams, importance: importance, shouldStop: shouldStop)
        let refitted = try solving(position).refit(&sums, threads: threads)
        try put(refitted.weight, offset: refitted.offset, at: position, streams)
        continue
      }
      let solution = try solution(at: position, streams, since: start, shouldStop: shouldStop)
      try put(solution, at: position, streams)
      progress(solution.record, done, layers.count)
      done += 1
    }
  }

  /// Takes all chunks from a layer whose codes are in place to just before the next.
  func advance(
    _ streams: ActivationStreams, from start: Int, to end: Int, shouldStop: () -> Bool
  ) throws {
    try eachPart(0..<streams.chunkCount, shouldStop) {
      try streams.advance(chunk: $0, from: start, to: end)
    }
    streams.dropParameters(before: end)
  }

  /// Solves a layer, or takes what a checkpoint knows of it.
  private func solution(
    at position: Int, _ streams: ActivationStreams, since start: ContinuousClock.Instant,
    shouldStop: () -> Bool
  ) throws -> SolvedLayer {
    let name = node(at: position).name
    if let known = solved[name] {
      try eachPart(0..<streams.chunkCount, shouldStop) {
        _ = try streams.enter(layer: position, chunk: $0)
      }
      return known
    }
    var sums = try calibrate(
      position, streams, importance: importance, shouldStop: shouldStop)
    let solving = try solving(position)
    var solution = try solving.solve(&sums, threads: threads)
    solution.record.sensitivity = survey[name]?[solving.options.codes]
    solution.record.seconds = (ContinuousClock.now - start) / .seconds(1)
    solved[name] = solution
    try saveCheckpoint()
    return solution
  }

  /// What the workers make of each part, in order.
  @discardableResult
  func eachPart<Result>(
    _ range: Range<Int>, _ shouldStop: () -> Bool, _ body: (Int) throws -> Result
  ) throws -> [Result] {
    try workers.map(range, check: { try stop(if: shouldStop) }, body)
  }

  func stop(if shouldStop: () -> Bool) throws(TrainingError) {
    guard shouldStop() else { return }
    throw .interrupted(checkpoint: solved.isEmpty && survey.isEmpty ? nil : checkpoint)
  }

  private func put(
    _ solution: SolvedLayer, at position: Int, _ streams: ActivationStreams? = nil
  ) throws {
    let weight = try Weight(
      shape: weight(at: position).shape, storage: .binary(solution.codes))
    try put(weight, offset: solution.offset, at: position, streams)
  }

  /// Takes a layer's new weights into the result and, where given, the binarized stream.
  private func put(
    _ weight: Weight, offset: [Float], at position: Int, _ streams: ActivationStreams?
  ) throws {
    let layer = node(at: position)
    weights[layer.parameterName(.weight)] = weight
    var touched = [layer.name]
    if offset.contains(where: { $0 != 0 }) {
      let folding = OffsetFolding(layer: layer, graph: graph)
      try folding.apply(offset, layer: layer, weights: &weights)
      if folding == .newBias {
        graph = try graph.replacing(layer.name, with: layer.operation.withBias)
      }
      if case .batchNorm(let name) = folding { touched.append(name) }
    }
    guard let streams else { return }
    for (index, node) in graph.nodes.enumerated() where touched.contains(node.name) {
      streams.parameters.replace(
        index, with: try NodeParameters(node: node, weights: weights, channelsLast: true))
    }
  }
}
