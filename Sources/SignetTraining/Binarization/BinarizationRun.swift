import Foundation
import SignetData
import SignetHashing
import SignetModel
import Torch

/// One run of a binarizer: the layers to solve and the network as far as it is solved.
final class BinarizationRun {
  let options: BinarizationOptions
  let model: Model
  let dataset: (any ImageDataset)?
  let checkpoint: URL?
  let skipping: ((DataError) -> Void)?
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
    skipping: ((DataError) -> Void)? = nil
  ) throws {
    self.options = options
    self.model = model
    self.dataset = dataset
    self.checkpoint = checkpoint
    self.skipping = skipping
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
    var fingerprint = options.described
    fingerprint["batchSize"] = "\(options.batchSize)"
    fingerprint["memoryBytes"] = "\(options.memoryBytes)"
    fingerprint["seed"] = "\(options.seed)"
    fingerprint["model"] = try Digest.of(model)
    if checkpoint != nil { fingerprint["data"] = dataset?.fingerprint }
    self.fingerprint = fingerprint
    for position in stops { try checkWeights(of: node(at: position)) }
    try resumeIfPossible()
  }

  /// Positions of the layers to solve and of the float ones behind them to refit.
  var stops: [Int] {
    guard options.refits else { return layers }
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
    let step = Provenance.Step(
      verb: "binarize", data: dataset?.name, seed: options.seed, options: options.described,
      layers: layers.compactMap { solved[node(at: $0).name]?.record.untimed }, choices: choices)
    return try model.with(
      graph: graph, weights: weights, provenance: model.provenance.adding(step))
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
    guard !layers.isEmpty else { return }
    let streams = try streams(
      dataset, images: options.images, steps: steps, stops: stops,
      isSymmetric: options.symmetric, shouldStop: shouldStop)
    var done = 0
    for (index, position) in stops.enumerated() {
      let start = ContinuousClock.now
      let previous = index > 0 ? stops[index - 1] : nil
      for chunk in streams.chunks.indices {
        try stop(if: shouldStop)
        try streams.advance(chunk: chunk, from: previous, to: position)
      }
      guard layers.contains(position) else {
        let sums = try calibrate(
          position, streams, importance: importance, shouldStop: shouldStop)
        let refitted = try solving(position).refit(sums, threads: threads)
        try put(refitted.weight, offset: refitted.offset, at: position, streams)
        continue
      }
      let solution = try solution(at: position, streams, since: start, shouldStop: shouldStop)
      try put(solution, at: position, streams)
      progress(solution.record, done, layers.count)
      done += 1
    }
  }

  private var threads: Int { options.threads ?? TorchSettings.threads }

  /// Solves a layer, or takes what a checkpoint knows of it.
  private func solution(
    at position: Int, _ streams: ActivationStreams, since start: ContinuousClock.Instant,
    shouldStop: () -> Bool
  ) throws -> SolvedLayer {
    let name = node(at: position).name
    if let known = solved[name] {
      for chunk in streams.chunks.indices {
        _ = try streams.enter(layer: position, chunk: chunk)
      }
      return known
    }
    let sums = try calibrate(
      position, streams, importance: importance, shouldStop: shouldStop)
    let solving = try solving(position)
    var solution = try solving.solve(sums, threads: threads)
    solution.record.sensitivity = survey[name]?[solving.options.codes]
    solution.record.seconds = (ContinuousClock.now - start) / .seconds(1)
    solved[name] = solution
    try saveCheckpoint()
    return solution
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
      streams.replace(
        node: index, with: try NodeParameters(node: node, weights: weights, channelsLast: true))
    }
  }
}
