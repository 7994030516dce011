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
      dataset, images: min(options.images, BinarizationOptions.surveyImages),
      steps: ExecutionPlan(model.graph).steps, stops: layers, isSymmetric: true,
      shouldStop: shouldStop)
    var float: [ClassProbabilities] = []
    for (index, position) in layers.enumerated() {
      for chunk in streams.chunks.indices {
        try stop(if: shouldStop)
        try streams.advance(
          chunk: chunk, from: index > 0 ? layers[index - 1] : nil, to: position)
        if position == first {
          float.append(try ClassProbabilities(scores: streams.output(chunk: chunk, from: position)))
        }
      }
      let sums = try calibrate(
        position, streams, importance: nil, shouldStop: shouldStop)
      guard !isKnown[index] else { continue }
      var changes: [Int: OutputChange] = [:]
      for codes in options.surveyedCodes {
        let solving = LayerSolving(
          options: options.surveying(codes: codes), name: node(at: position).name,
          weight: try weight(at: position))
        let solution = try solving.solve(sums, threads: options.threads ?? TorchSettings.threads)
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
    var comparison = OutputComparison()
    for chunk in streams.chunks.indices {
      try stop(if: shouldStop)
      let scores = try streams.output(chunk: chunk, from: position, with: parameters)
      try comparison.add(ClassProbabilities(scores: scores), to: float[chunk])
    }
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
