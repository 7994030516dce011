import SignetModel
import Torch

extension TrainingRun {
  /// What the caller gets at the end.
  func result() throws -> TrainingResult {
    guard let best else {
      return TrainingResult(
        model: try described(trained(), keptStep: step, score: nil), steps: step, keptStep: step)
    }
    return TrainingResult(
      model: try described(best.model, keptStep: best.best.step, score: best.best.score),
      steps: step, keptStep: best.best.step, start: best.start, end: best.latest,
      kept: best.best)
  }

  /// The network as it is measured now: codes and scales again where layers are binary, and no
  /// batch norm that it did not come with. Before the first step, what it came as.
  func trained() throws -> Model {
    if step == 0, try options.binarizedLayers(of: network.original).isEmpty {
      return network.original
    }
    try measured.updateStatistics(at: step)
    let scale = options.straightThrough.scale
    var weights = model.weights
    for step in executor.plan.steps {
      let node = executor.graph.nodes[step.node]
      let parameters = measured.executor.parameters[step.node]
      for (role, shape) in node.operation.parameters {
        let name = node.parameterName(role)
        if role == .weight, let latent = parameters.latent {
          weights[name] = try Weight(shape: shape, storage: .binary(latent.codes(scale)))
        } else if let tensor = parameters.tensors[role] {
          weights[name] = try Weight(shape: shape, values: tensor.toFloats())
        }
      }
    }
    return try network.restored(model.with(weights: weights))
  }

  private func described(
    _ trained: Model, keptStep: Int, score: ValidationScore?
  ) throws -> Model {
    var options = options.described
    if options["binaryKeep"] != nil {
      options["binaryKeep"] = "\(self.options.keep.applied(to: network.original.graph))"
    }
    if validation != nil { options["kept"] = keptStep == 0 ? "start" : "step \(keptStep)" }
    let step = Provenance.Step(
      verb: verb, data: dataset.name, seed: self.options.seed, options: options,
      results: score.map { ["validation \($0.measure.rawValue)": $0.value] } ?? [:])
    return try trained.with(provenance: network.original.provenance.adding(step))
  }
}
