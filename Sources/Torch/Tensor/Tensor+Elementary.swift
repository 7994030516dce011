internal import CTorch

/// Functions of one number and of two, element by element.
extension Tensor {
  /// The largest whole number that is not above.
  public func floor() throws(TorchError) -> Tensor {
    try call("floor", self) { ctorch_floor(handle) }
  }

  /// The smallest whole number that is not below.
  public func ceil() throws(TorchError) -> Tensor {
    try call("ceil", self) { ctorch_ceil(handle) }
  }

  /// The nearest whole number, halves to the even one.
  public func round() throws(TorchError) -> Tensor {
    try call("round", self) { ctorch_round(handle) }
  }

  /// Of radians.
  public func sin() throws(TorchError) -> Tensor {
    try call("sin", self) { ctorch_sin(handle) }
  }

  /// Of radians.
  public func cos() throws(TorchError) -> Tensor {
    try call("cos", self) { ctorch_cos(handle) }
  }

  /// The error function.
  public func erf() throws(TorchError) -> Tensor {
    try call("erf", self) { ctorch_erf(handle) }
  }

  /// `x · Φ(x)`, Φ the normal distribution, or its approximation by tanh.
  public func gelu(byTanh: Bool = false) throws(TorchError) -> Tensor {
    try call("gelu", self) { ctorch_gelu(handle, byTanh) }
  }

  /// `gain · x` where positive, `gain · scale · (exp(x / reach) − 1)` elsewhere.
  public func elu(
    scale: Double = 1, gain: Double = 1, reach: Double = 1
  ) throws(TorchError) -> Tensor {
    try call("elu", self) { ctorch_elu(handle, scale, gain, reach) }
  }

  public func pow(_ exponent: Tensor) throws(TorchError) -> Tensor {
    try call("pow", (self, exponent)) { ctorch_pow(handle, exponent.handle) }
  }

  /// The remainder of a division, with this tensor's sign.
  public func fmod(_ divisor: Tensor) throws(TorchError) -> Tensor {
    try call("fmod", (self, divisor)) { ctorch_fmod(handle, divisor.handle) }
  }

  public func minimum(_ other: Tensor) throws(TorchError) -> Tensor {
    try call("minimum", (self, other)) { ctorch_minimum(handle, other.handle) }
  }

  /// Where this tensor is below the other (bool).
  public func lt(_ other: Tensor) throws(TorchError) -> Tensor {
    try call("lt", (self, other)) { ctorch_lt(handle, other.handle) }
  }

  /// Where this tensor is not above the other (bool).
  public func le(_ other: Tensor) throws(TorchError) -> Tensor {
    try call("le", (self, other)) { ctorch_le(handle, other.handle) }
  }

  /// The product along one dimension.
  public func product(_ dim: Int) throws(TorchError) -> Tensor {
    try call("product", self) { ctorch_prod(handle, dim) }
  }
}
