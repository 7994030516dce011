import SignetModel
import Torch

/// Where numbers that are not finite come from.
extension TrainingRun {
  /// - Parameter inputs: the batch whose loss is not finite
  func divergence(inputs: [Tensor]) throws -> TrainingError {
    var found: Node?
    _ = try noGrad { () throws(TrainingError) in
      try executor.forwardTraining(inputs) { (node, value) throws(TrainingError) in
        guard found == nil else { return }
        let isFinite = try TrainingError.wrapping { try value.isAllFinite }
        if !isFinite { found = node }
      }
    }
    guard let found else { return diverged(at: nil, .outputs) }
    for (node, parameters) in zip(executor.graph.nodes, executor.parameters)
    where node.name == found.name {
      guard try parameters.trained.allSatisfy({ try $0.isAllFinite }) else {
        return diverged(at: found.name, .weights)
      }
    }
    return diverged(at: found.name, .outputs)
  }

  /// The layer nearest the output whose gradient is not finite: gradients come from there.
  func gradientDivergence() throws -> TrainingError {
    for step in executor.plan.steps.reversed() {
      let gradients = try executor.parameters[step.node].trained.compactMap { try $0.grad }
      guard try gradients.allSatisfy({ try $0.isAllFinite }) else {
        return diverged(at: executor.graph.nodes[step.node].name, .gradients)
      }
    }
    return diverged(at: nil, .gradients)
  }

  func diverged(at layer: String?, _ part: TrainingError.LayerPart) -> TrainingError {
    // An inserted batch norm is nothing that a user knows.
    let layer = layer.map { name in
      network.norms.first { $0.value == name }?.key ?? name
    }
    return .diverged(
      step: step + 1, layer: layer, part: part, checkpoint: hasCheckpoint ? checkpoint : nil)
  }
}

extension Executor {
  /// What has gradients, in the order of the forward pass.
  var trainedTensors: [Tensor] {
    plan.steps.flatMap { parameters[$0.node].trained.filter(\.requiresGrad) }
  }

  /// What batch norms have seen, by its name.
  var statistics: [(name: String, tensor: Tensor)] {
    zip(graph.nodes, parameters).flatMap { node, parameters in
      [ParameterRole.runningMean, .runningVariance].compactMap { role in
        parameters.tensors[role].map { (node.parameterName(role), $0) }
      }
    }
  }
}

extension NodeParameters {
  fileprivate var trained: [Tensor] {
    [latent?.latent, latent?.scale, latent?.constant, tensors[.weight], tensors[.bias]].compactMap {
      $0
    }
  }
}

extension Tensor {
  /// Whether no element is NaN or infinite.
  fileprivate var isAllFinite: Bool {
    get throws(TorchError) {
      try isFinite().to(.float32).amin().item() == 1
    }
  }
}
