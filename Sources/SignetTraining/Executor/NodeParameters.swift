import SignetModel
import Torch

/// One node's trained tensors on libtorch.
struct NodeParameters {
  var tensors: [ParameterRole: Tensor] = [:]
  /// Takes the weight's place in a binary layer that is being trained.
  var latent: LatentWeight?

  /// The node's part of a weight table, codes expanded.
  init(node: Node, weights: [String: Weight], channelsLast: Bool) throws(TorchError) {
    for (role, _) in node.operation.parameters {
      guard let weight = weights[node.parameterName(role)] else { continue }
      let tensor = try Tensor(weight.floats, shape: weight.shape)
      tensors[role] = channelsLast && weight.shape.count == 4 ? try tensor.channelsLast() : tensor
    }
  }

  /// The tensors to compute with.
  func resolved(clip: Double) throws(TorchError) -> [ParameterRole: Tensor] {
    guard let latent else { return tensors }
    var resolved = tensors
    resolved[.weight] = try latent.weight(clip: clip)
    return resolved
  }
}

/// Float numbers whose signs are the codes of a binary layer, and its scales.
struct LatentWeight {
  /// K × O × …
  var latent: Tensor
  /// α: K × O
  var scale: Tensor

  /// Σ_k α_k sign(latent_k), differentiable: O × …
  func weight(clip: Double) throws(TorchError) -> Tensor {
    try Tensor.binaryWeight(latent: latent, scale: scale, clip: clip)
  }
}
