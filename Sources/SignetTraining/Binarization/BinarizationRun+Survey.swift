import SignetData
import SignetHashing
import SignetModel
import Torch

extension BinarizationOptions {
  /// Whether layers are tried alone before the network is binarized.
  var needsSurvey: Bool { budget != nil || measuresSensitivity }

  /// Images that a layer alone is measured with, at most.
  static let surveyImages = 256

  /// Codes per filter that layers are tried with.
  fileprivate var surveyedCodes: [Int] { budget == nil ? [codes] : Array(1...4) }

  /// What the trials are made with: the same, but without the long searches that pay only in
  /// the result.
  fileprivate func surveying(codes: Int) -> BinarizationOptions {
    var options = self
    options.codes = codes
    options.effort = min(effort, .starts)
    return options
  }
}

extension BinarizationRun {
  /// Makes each layer binary alone, on the float network's inputs, and compares the network's
  /// output with the float network's. Layers that a checkpoint knows are not done again.
  func measureSensitivity(_ dataset: any ImageDataset, shouldStop: () -> Bool) throws {
    let isKnown = layers.map { survey[node(at: $0).name] != nil }
    guard isKnown.contains(false), let first = layers.first else { return }
    let streams = try streams(
      dataset, images: min(images?.taken ?? 0, BinarizationOptions.surveyImages),
      steps: ExecutionPlan(model.graph).steps, first: first, isSymmetric: true,
      shouldStop: shouldStop)
    let float = try eachPart(0..<streams.chunkCount, shouldStop) {
      try ClassProbabilities(scores: streams.output(chunk: $0, from: first))
    }
    for (index, position) in layers.enumerated() {
      if index > 0 {
        try advance(streams, from: layers[index - 1], to: position, shouldStop: shouldStop)
      }
      let sums = try calibrate(
        position, streams, importance: nil, shouldStop: shouldStop)
      guard !isKnown[index] else { continue }
      var changes: [Int: OutputChange] = [:]
      for codes in options.surveyedCodes {
        let solving = LayerSolving(
          options: options.surveying(codes: codes), name: node(at: position).name,
          weight: try weight(at: position))
        var own = sums
        let solution = try solving.solve(&own, threads: threads)
        changes[codes] = try change(
          with: solution, at: position, streams, float, shouldStop: shouldStop)
      }
      survey[node(at: position).name] = changes
      try saveCheckpoint()
    }
  }

  private func change(
    with solution: SolvedLayer, at position: Int, _ streams: ActivationStreams,
    _ float: [ClassProbabilities], shouldStop: () -> Bool
  ) throws -> OutputChange {
    let layer = node(at: position)
    var weights = model.weights
    weights[layer.parameterName(.weight)] = try Weight(
      shape: weight(at: position).shape, storage: .binary(solution.codes))
    // A bias of the layer's own, so that no other node changes.
    try OffsetFolding.newBias.apply(solution.offset, layer: layer, weights: &weights)
    let biased = Node(layer.name, layer.operation.withBias, inputs: layer.inputs)
    let parameters = try NodeParameters(node: biased, weights: weights, channelsLast: true)
    let parts = try eachPart(0..<streams.chunkCount, shouldStop) {
      var part = OutputComparison()
      let scores = try streams.output(chunk: $0, from: position, with: parameters)
      try part.add(ClassProbabilities(scores: scores), to: float[$0])
      return part
    }
    var comparison = OutputComparison()
    for part in parts { comparison.add(part) }
    // NaN in the divergence would pass for the least of all.
    guard let change = comparison.change else {
      throw TrainingError.notFinite(layer: layer.name, part: .outputs)
    }
    return change
  }

  /// Gives each layer codes so that the divergences of single layers add up to least.
  func chooseCodes(budget: Double) throws(TrainingError) -> [LayerChoice] {
    var choices: [LayerChoice] = []
    for position in layers {
      let name = node(at: position).name
      let known = survey[name] ?? [:]
      choices.append(
        LayerChoice(
          name: name, weights: try weight(at: position).elementCount, codes: 0,
          changes: known.sorted { $0.key < $1.key }.map(\.value)))
    }
    do {
      let codes = try BitAllocation.codes(
        for: choices.map {
          BitAllocation.Layer(weights: $0.weights, effects: $0.changes.map(\.divergence))
        }, budget: budget)
      for (index, own) in codes.enumerated() { choices[index].codes = own }
      return choices
    } catch {
      throw TrainingError(error)
    }
  }
}
