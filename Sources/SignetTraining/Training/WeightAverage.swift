import SignetModel
import Torch

/// The exponential moving average of everything that is trained, batch norm's statistics included.
final class WeightAverage {
  private let decay: Double
  /// One per node of the graph.
  let parameters: [NodeParameters]
  private let pairs: [(name: String, live: Tensor, average: Tensor)]

  init(of executor: Executor, decay: Double) throws(TorchError) {
    self.decay = decay
    var parameters: [NodeParameters] = []
    var pairs: [(name: String, live: Tensor, average: Tensor)] = []
    for (node, live) in zip(executor.graph.nodes, executor.parameters) {
      let average = try live.copied()
      for (role, _) in node.operation.parameters {
        if let from = live.tensors[role], let to = average.tensors[role] {
          pairs.append((node.parameterName(role), from, to))
        }
      }
      if let from = live.latent, let to = average.latent {
        pairs.append((node.name + ".latent", from.latent, to.latent))
        pairs.append((node.name + ".scale", from.scale, to.scale))
        if let constant = from.constant, let average = to.constant {
          pairs.append((node.name + ".constant", constant, average))
        }
      }
      parameters.append(average)
    }
    self.parameters = parameters
    self.pairs = pairs
  }

  /// - Parameter step: steps done
  func update(step: Int) throws(TorchError) {
    let decay = min(decay, Double(1 + step) / Double(10 + step))
    try noGrad { () throws(TorchError) in
      for pair in pairs { try pair.average.lerpInPlace(pair.live, weight: 1 - decay) }
    }
  }

  /// Every tensor a checkpoint must hold, by name.
  var state: [(name: String, tensor: Tensor)] {
    pairs.map { ("average/" + $0.name, $0.average) }
  }
}
