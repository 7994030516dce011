internal import CTorch

extension Tensor {
  public func relu() throws(TorchError) -> Tensor {
    try call("relu", self) { ctorch_relu(handle) }
  }

  /// In place, for activations nobody else needs.
  public func reluInPlace() throws(TorchError) {
    try perform("reluInPlace", self) { ctorch_relu_(handle) }
  }

  /// x where positive, else slope · x
  public func leakyRelu(_ slope: Double = 0.01) throws(TorchError) -> Tensor {
    try call("leakyRelu", self) { ctorch_leaky_relu(handle, slope) }
  }

  /// x where positive, else slope · x with one slope for all or one per channel.
  public func prelu(_ slope: Tensor) throws(TorchError) -> Tensor {
    try call("prelu", (self, slope)) { ctorch_prelu(handle, slope.handle) }
  }

  public func sigmoid() throws(TorchError) -> Tensor {
    try call("sigmoid", self) { ctorch_sigmoid(handle) }
  }

  public func tanh() throws(TorchError) -> Tensor {
    try call("tanh", self) { ctorch_tanh(handle) }
  }

  /// x · hardSigmoid(x)
  public func hardSwish() throws(TorchError) -> Tensor {
    try call("hardSwish", self) { ctorch_hardswish(handle) }
  }

  /// x/6 + 1/2, limited to 0 … 1
  public func hardSigmoid() throws(TorchError) -> Tensor {
    try call("hardSigmoid", self) { ctorch_hardsigmoid(handle) }
  }

  public func softmax(_ dim: Int = -1) throws(TorchError) -> Tensor {
    try call("softmax", self) { ctorch_softmax(handle, dim) }
  }

  public func logSoftmax(_ dim: Int = -1) throws(TorchError) -> Tensor {
    try call("logSoftmax", self) { ctorch_log_softmax(handle, dim) }
  }
}
