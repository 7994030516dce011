import SignetModel
import Torch

extension TrainingRun {
  /// The trained network as it is measured: codes and scales again where layers are binary.
  func result(top1: Double?) throws -> Model {
    try measured.settle(step: step)
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
    let step = Provenance.Step(
      verb: verb, data: dataset.name, seed: options.seed, options: options.described,
      results: top1.map { ["top1": $0] } ?? [:])
    return try model.with(weights: weights, provenance: model.provenance.adding(step))
  }
}
