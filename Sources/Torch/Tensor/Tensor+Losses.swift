internal import CTorch

extension Tensor {
  /// −log softmax(self) at the right class, averaged over the batch, with `labelSmoothing` of the
  /// weight spread evenly over all classes. self: N × C, classes: N (int64).
  public func crossEntropy(
    _ classes: Tensor, labelSmoothing: Double = 0
  ) throws(TorchError) -> Tensor {
    try call("crossEntropy", (self, classes)) {
      ctorch_cross_entropy(handle, classes.handle, labelSmoothing)
    }
  }

  /// KL(P ‖ Q) = Σ p · (log p − log q), averaged over the batch; self is log q, both are N × C.
  public func klDivergence(fromLog logP: Tensor) throws(TorchError) -> Tensor {
    try call("klDivergence", (self, logP)) { ctorch_kl_divergence(handle, logP.handle) }
  }
}
