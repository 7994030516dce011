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

  /// The tensors to compute with; weights of binary layers are made from their latents.
  func resolved(_ binaryWeight: (LatentWeight) throws(TorchError) -> Tensor)
    throws(TorchError) -> [ParameterRole: Tensor]
  {
    guard let latent else { return tensors }
    var resolved = tensors
    resolved[.weight] = try binaryWeight(latent)
    return resolved
  }

  /// Independent copies, laid out alike.
  func copied() throws(TorchError) -> NodeParameters {
    var copy = self
    for (role, tensor) in tensors { copy.tensors[role] = try tensor.detach().clone() }
    if let latent {
      copy.latent?.latent = try latent.latent.detach().clone()
      copy.latent?.scale = try latent.scale.detach().clone()
      copy.latent?.constant = try latent.constant?.detach().clone()
    }
    return copy
  }
}
