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
  /// Nodes the output depends on, up to the last layer to be solved.
  let steps: [ExecutionPlan.Step]
  /// Positions in `steps` of the layers to solve.
  private(set) var layers: [Int]
  /// What a checkpoint must have been made with.
  let fingerprint: [String: String]
  /// By layer name.
  var solved: [String: SolvedLayer] = [:]
  /// The output with one layer alone binary, by layer name and codes.
  var survey: [String: [Int: OutputChange]] = [:]
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
    let layers = all.indices.filter {
      let node = model.graph.nodes[all[$0].node]
      return node.operation.isBinarizable && !kept.contains(node.name) && !model.isBinary(node)
    }
    guard let last = layers.last else { throw TrainingError.nothingToBinarize }
    if options.method != .bwn, dataset == nil {
      throw TrainingError.missing(
        what: "calibration images", neededBy: options.method.rawValue)
    }
    if options.needsSurvey, dataset == nil {
      throw TrainingError.missing(
        what: "calibration images", neededBy: options.budget == nil ? "sensitivity" : "budget")
    }
    self.layers = layers
    steps = Array(all[...last])
    var fingerprint = options.described
    fingerprint["batchSize"] = "\(options.batchSize)"
    fingerprint["memoryBytes"] = "\(options.memoryBytes)"
    fingerprint["seed"] = "\(options.seed)"
    fingerprint["model"] = try Digest.of(model)
    fingerprint["data"] = dataset.map { "\($0.name), \($0.count) images" }
    self.fingerprint = fingerprint
    for position in layers { try checkWeights(of: node(at: position)) }
    try resumeIfPossible()
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
    let clock = ContinuousClock()
    guard !layers.isEmpty else { return }
    let streams = try streams(
      dataset, images: options.images, steps: steps, isSymmetric: options.symmetric,
      shouldStop: shouldStop)
    for (index, position) in layers.enumerated() {
      let start = clock.now
      let previous = index > 0 ? layers[index - 1] : nil
      for chunk in streams.chunks.indices {
        try stop(if: shouldStop)
        try streams.advance(chunk: chunk, from: previous, to: position)
      }
      let name = node(at: position).name
      var solution: SolvedLayer
      if let known = solved[name] {
        for chunk in streams.chunks.indices {
          _ = try streams.enter(layer: position, chunk: chunk)
        }
        solution = known
      } else {
        let sums = try calibrate(position, streams, shouldStop: shouldStop)
        let solving = try solving(position)
        solution = try solving.solve(sums, threads: options.threads ?? TorchSettings.threads)
        solution.record.sensitivity = survey[name]?[solving.options.codes]
        solution.record.seconds = (clock.now - start) / .seconds(1)
        solved[name] = solution
        try saveCheckpoint()
      }
      try put(solution, at: position, streams)
      progress(solution.record, index, layers.count)
    }
  }

  func stop(if shouldStop: () -> Bool) throws(TrainingError) {
    guard shouldStop() else { return }
    throw .interrupted(checkpoint: solved.isEmpty && survey.isEmpty ? nil : checkpoint)
  }

  /// Takes a solved layer into the result and, where given, the binarized stream.
  private func put(
    _ solution: SolvedLayer, at position: Int, _ streams: ActivationStreams? = nil
  ) throws {
    let layer = node(at: position)
    let name = layer.parameterName(.weight)
    weights[name] = try Weight(
      shape: weight(at: position).shape, storage: .binary(solution.codes))
    var touched = [layer.name]
    if solution.offset.contains(where: { $0 != 0 }) {
      let folding = OffsetFolding(layer: layer, graph: graph)
      try folding.apply(solution.offset, layer: layer, weights: &weights)
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
