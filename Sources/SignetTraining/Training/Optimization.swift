import SignetModel
import Torch

/// Parameters that share a learning rate and a weight decay.
struct ParameterGroup {
  enum Kind: String, CaseIterable {
    /// Of which only the sign counts.
    case latents
    /// Float weights of convolutions and linear layers.
    case weights
    /// Biases, scales and batch norm: never decayed.
    case others
  }

  let kind: Kind
  var names: [String] = []
  var tensors: [Tensor] = []
  let learningRate: Double
  let weightDecay: Double
}

/// The optimiser with its state, over all parameters of a network.
final class Optimization {
  private let optimizer: TrainingOptions.Optimizer
  private let latentBound: Double
  private let dampening: Dampening?
  private(set) var groups: [ParameterGroup]
  /// Momentum, or Adam's means; one list per group, shaped as the parameters.
  private var firstMoments: [[Tensor]] = []
  /// Adam's squares.
  private var secondMoments: [[Tensor]] = []

  init(executor: Executor, options: TrainingOptions) throws {
    optimizer = options.optimizer
    latentBound = options.straightThrough.latentBound
    dampening = options.straightThrough.dampening
    groups = Self.groups(of: executor, options: options)
    for group in groups {
      for tensor in group.tensors { try tensor.setRequiresGrad() }
      firstMoments.append(try group.tensors.map(Self.zeros))
      if case .adam = optimizer { secondMoments.append(try group.tensors.map(Self.zeros)) }
    }
  }

  private static func groups(
    of executor: Executor, options: TrainingOptions
  ) -> [ParameterGroup] {
    let hasLatents = executor.parameters.contains { $0.latent != nil }
    let rates = options.learningRates(hasLatents: hasLatents)
    var groups = ParameterGroup.Kind.allCases.map {
      ParameterGroup(
        kind: $0, learningRate: $0 == .latents ? rates.latents : rates.rest,
        weightDecay: $0 == .weights ? options.weightDecay : 0)
    }
    func add(_ kind: ParameterGroup.Kind, _ name: String, _ tensor: Tensor) {
      for index in groups.indices where groups[index].kind == kind {
        groups[index].names.append(name)
        groups[index].tensors.append(tensor)
      }
    }
    // Only what the output depends on has gradients.
    for step in executor.plan.steps {
      let node = executor.graph.nodes[step.node]
      let parameters = executor.parameters[step.node]
      if let latent = parameters.latent {
        add(.latents, node.name + ".latent", latent.latent)
        if options.straightThrough.scale == .learned {
          add(.others, node.name + ".scale", latent.scale)
        }
        if let constant = latent.constant { add(.others, node.name + ".constant", constant) }
      } else if let weight = parameters.tensors[.weight] {
        let name = node.parameterName(.weight)
        add(node.operation.isBinarizable ? .weights : .others, name, weight)
      }
      if let bias = parameters.tensors[.bias] { add(.others, node.parameterName(.bias), bias) }
    }
    return groups.filter { !$0.tensors.isEmpty }
  }

  /// Laid out as the parameter is.
  private static func zeros(like parameter: Tensor) throws -> Tensor {
    let state = try parameter.detach().clone()
    try state.zero()
    return state
  }

  /// Makes the gradients' joint 2-norm at most `limit`.
  /// - Returns: the norm before; not finite if any gradient is not
  func clipGradients(_ limit: Double) throws(TorchError) -> Double {
    var gradients: [Tensor] = []
    for tensor in groups.flatMap(\.tensors) {
      if let gradient = try tensor.grad { gradients.append(gradient) }
    }
    return try Torch.clipGradients(gradients, norm: limit)
  }

  /// One step along the gradients that backward left, which are then forgotten.
  ///
  /// - Parameters:
  ///   - step: counts from 0
  ///   - factor: the schedule's factor on all learning rates
  func step(_ step: Int, factor: Double) throws {
    for (index, group) in groups.enumerated() {
      let gradients = try group.tensors.map { try $0.grad ?? Self.zeros(like: $0) }
      let rate = group.learningRate * factor
      switch optimizer {
      case .sgd(let momentum, let nesterov):
        let update = SGDStep(
          learningRate: rate, momentum: momentum, weightDecay: group.weightDecay,
          nesterov: nesterov && momentum > 0)
        try update.apply(
          to: group.tensors, gradients: gradients, buffers: firstMoments[index],
          isFirst: step == 0)
      case .adam(let beta1, let beta2, let epsilon):
        let update = AdamStep(
          learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon,
          weightDecay: group.weightDecay)
        try update.apply(
          to: group.tensors, gradients: gradients, means: firstMoments[index],
          squares: secondMoments[index], step: step + 1)
      }
      for tensor in group.tensors { try tensor.clearGrad() }
      guard group.kind == .latents else { continue }
      try dampening?.apply(to: group.tensors, learningRate: rate)
      guard latentBound.isFinite else { continue }
      try noGrad { () throws(TorchError) in
        for tensor in group.tensors { try tensor.clampInPlace(-latentBound, latentBound) }
      }
    }
  }

  /// Every tensor a checkpoint must hold, by name.
  var state: [(name: String, tensor: Tensor)] {
    var state: [(name: String, tensor: Tensor)] = []
    for (index, group) in groups.enumerated() {
      for (position, name) in group.names.enumerated() {
        state.append(("parameter/" + name, group.tensors[position]))
        state.append(("moment1/" + name, firstMoments[index][position]))
        if !secondMoments.isEmpty {
          state.append(("moment2/" + name, secondMoments[index][position]))
        }
      }
    }
    return state
  }
}
