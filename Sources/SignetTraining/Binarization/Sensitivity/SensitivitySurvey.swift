import SignetHashing
import SignetModel
import Torch

/// Tries each layer alone: makes it binary on the float network's inputs, and compares the network's
/// output with the float network's.
struct SensitivitySurvey {
  let options: BinarizationOptions
  let selection: LayerSelection
  let pass: CalibrationPass
  /// What filters' errors count; `nil`: all alike.
  let fisher: FisherWeights?

  /// - Parameters:
  ///   - known: layers that are not done again, by name
  ///   - found: called after each layer with its name and what its codes do
  func run(
    _ set: CalibrationSet, known: Set<String>,
    found: (_ layer: String, _ survey: LayerSurvey) throws -> Void
  ) throws {
    let layers = selection.layers
    let isKnown = layers.map { known.contains(selection.node(at: $0).name) }
    guard isKnown.contains(false), let first = layers.first else { return }
    let networks = try pass.begin(
      set, count: min(set.images.taken, BinarizationOptions.surveyImages), plan: selection.plan,
      steps: selection.plan.steps.indices, first: first, isSymmetric: true)
    let float = try pass.workers.map(0..<networks.chunkCount) {
      try OutputValues.all(networks.outputs(chunk: $0, from: first), kinds: kinds)
    }
    for (index, layer) in layers.enumerated() {
      if index > 0 { try pass.advance(networks, from: layers[index - 1], to: layer) }
      let sums = try pass.sums(of: layer, networks, fisher: nil, open: [])
      guard !isKnown[index] else { continue }
      var survey = LayerSurvey()
      for codes in options.surveyedCodes {
        let weight = try selection.weight(at: layer)
        let solving = LayerSolving(
          options: options.surveying, name: selection.node(at: layer).name, weight: weight,
          parts: LayerParts(
            codeCounts: [Int](repeating: codes, count: weight.shape.first ?? 0),
            layer: selection.node(at: layer), options: options, graph: selection.model.graph,
            weights: selection.model.weights), threads: pass.threads)
        var own = sums
        let solution = try solving.solve(&own)
        survey.add(
          codes: codes, change: try change(with: solution, at: layer, networks, float),
          objective: solution.objective, importance: fisher?.filters(ofLayer: layer))
      }
      try found(selection.node(at: layer).name, survey)
    }
  }

  private var kinds: [OutputKind] { selection.model.outputKinds }

  private func change(
    with solution: SolvedLayer, at layer: Int, _ networks: PairedNetwork,
    _ float: [[OutputValues]]
  ) throws -> OutputChange {
    let node = selection.node(at: layer)
    var weights = selection.model.weights
    weights[node.parameterName(.weight)] = try Weight(
      shape: selection.weight(at: layer).shape, storage: .binary(solution.codes))
    // A bias of the layer's own, so that no other node changes.
    try OffsetFolding.newBias.apply(solution.offset, layer: node, weights: &weights)
    let biased = Node(node.name, node.operation.withBias, inputs: node.inputs)
    let parameters = try NodeParameters(node: biased, weights: weights, channelsLast: true)
    let parts = try pass.workers.map(0..<networks.chunkCount) {
      var part = OutputComparison()
      let outputs = try networks.outputs(chunk: $0, from: layer, with: parameters)
      try part.add(
        OutputValues.all(outputs, kinds: kinds), to: float[$0], images: outputs[0].shape[0])
      return part
    }
    var comparison = OutputComparison()
    for part in parts { comparison.add(part) }
    // NaN in the divergence would pass for the least of all.
    guard let change = comparison.change else {
      throw TrainingError.notFinite(layer: node.name, part: .outputs)
    }
    return change
  }
}

extension BinarizationOptions {
  /// Whether layers are tried alone before the network is binarized.
  var needsSurvey: Bool { choosesCodes || measuresSensitivity }

  /// Whether filters have numbers of codes of their own.
  var choosesCodes: Bool { budget != nil || targetDrop != nil }

  /// Images that a layer alone is measured with, at most.
  static let surveyImages = 256

  /// Codes per filter that layers are tried with.
  fileprivate var surveyedCodes: [Int] {
    choosesCodes ? Array(HashingOptions.codesAllowed) : [codes]
  }

  /// What the trials are made with: the same, but without the long searches that pay only in
  /// the result.
  fileprivate var surveying: BinarizationOptions {
    var options = self
    options.effort = min(effort, .starts)
    return options
  }
}
