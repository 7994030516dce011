internal import CTorch

extension Tensor {
  /// The weights a binary layer computes with, differentiable by the straight-through estimator:
  /// W[o, …] = Σ_k scale[k, o] · sign(latent[k, o, …]), with sign(0) = +1.
  ///
  /// Backwards, the sign counts as the identity: ∂latent[k, o, …] = scale[k, o] · ∂W[o, …] where
  /// |latent| ≤ `clip` and 0 elsewhere, ∂scale[k, o] = Σ ∂W[o, …] · sign(latent[k, o, …]).
  /// Source: Bengio et al. 2013 (arXiv 1308.3432); scaled per filter as in XNOR-Net (BWN),
  /// arXiv 1603.05279.
  ///
  /// - Parameters:
  ///   - latent: K × O × …, float32; K codes per filter, O filters
  ///   - scale: K × O, float32
  ///   - clip: in the units of the latent weights; infinity lets every gradient pass
  /// - Returns: O × …
  public static func binaryWeight(
    latent: Tensor, scale: Tensor, clip: Double = .infinity
  ) throws(TorchError) -> Tensor {
    try call("binaryWeight", (latent, scale)) {
      ctorch_binary_weight(latent.handle, scale.handle, clip)
    }
  }
}
