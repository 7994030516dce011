internal import CTorch

/// Element by element, with the smaller operand repeated along missing or single dimensions.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try call("add", (a, b)) { ctorch_add(a.handle, b.handle) }
  }

  public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try call("subtract", (a, b)) { ctorch_sub(a.handle, b.handle) }
  }

  public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try call("multiply", (a, b)) { ctorch_mul(a.handle, b.handle) }
  }

  public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try call("divide", (a, b)) { ctorch_div(a.handle, b.handle) }
  }

  public static func + (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try call("add", a) { ctorch_add_scalar(a.handle, b) }
  }

  public static func - (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try call("subtract", a) { ctorch_add_scalar(a.handle, -b) }
  }

  public static func * (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try call("multiply", a) { ctorch_mul_scalar(a.handle, b) }
  }

  public static func / (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try call("divide", a) { ctorch_div_scalar(a.handle, b) }
  }

  public static func + (a: Double, b: Tensor) throws(TorchError) -> Tensor { try b + a }

  public static func - (a: Double, b: Tensor) throws(TorchError) -> Tensor {
    try call("subtract", b) { ctorch_rsub_scalar(b.handle, a) }
  }

  public static func * (a: Double, b: Tensor) throws(TorchError) -> Tensor { try b * a }

  public static func / (a: Double, b: Tensor) throws(TorchError) -> Tensor {
    try call("divide", b) { ctorch_rdiv_scalar(b.handle, a) }
  }

  public static prefix func - (a: Tensor) throws(TorchError) -> Tensor {
    try call("negate", a) { ctorch_neg(a.handle) }
  }

  public func sqrt() throws(TorchError) -> Tensor {
    try call("sqrt", self) { ctorch_sqrt(handle) }
  }

  public func square() throws(TorchError) -> Tensor {
    try call("square", self) { ctorch_square(handle) }
  }

  public func exp() throws(TorchError) -> Tensor {
    try call("exp", self) { ctorch_exp(handle) }
  }

  public func log() throws(TorchError) -> Tensor {
    try call("log", self) { ctorch_log(handle) }
  }

  public func abs() throws(TorchError) -> Tensor {
    try call("abs", self) { ctorch_abs(handle) }
  }

  /// −1, 0 or +1; note that codes take sign(0) = +1, see ``binaryWeight(latent:scale:clip:)``.
  public func sign() throws(TorchError) -> Tensor {
    try call("sign", self) { ctorch_sign(handle) }
  }

  /// True where the element is neither infinite nor NaN.
  public func isFinite() throws(TorchError) -> Tensor {
    try call("isFinite", self) { ctorch_isfinite(handle) }
  }

  /// Limited to `low` … `high`; an infinite limit is none.
  public func clamp(
    _ low: Double = -.infinity, _ high: Double = .infinity
  ) throws(TorchError) -> Tensor {
    try call("clamp", self) { ctorch_clamp(handle, low, high) }
  }

  public func maximum(_ other: Tensor) throws(TorchError) -> Tensor {
    try call("maximum", (self, other)) { ctorch_maximum(handle, other.handle) }
  }

  /// True where both elements are equal.
  public func eq(_ other: Tensor) throws(TorchError) -> Tensor {
    try call("eq", (self, other)) { ctorch_eq(handle, other.handle) }
  }

  /// True where the element is at least the other one.
  public func ge(_ other: Tensor) throws(TorchError) -> Tensor {
    try call("ge", (self, other)) { ctorch_ge(handle, other.handle) }
  }

  public func ge(_ other: Double) throws(TorchError) -> Tensor {
    try call("ge", self) { ctorch_ge_scalar(handle, other) }
  }

  /// `a` where `condition` (bool) holds, else `b`.
  public static func `where`(
    _ condition: Tensor, _ a: Tensor, _ b: Tensor
  ) throws(TorchError) -> Tensor {
    try call("where", (condition, a, b)) { ctorch_where(condition.handle, a.handle, b.handle) }
  }

  /// The matrix product over the last two dimensions: … × M × K times … × K × N.
  public func matmul(_ other: Tensor) throws(TorchError) -> Tensor {
    try call("matmul", (self, other)) { ctorch_matmul(handle, other.handle) }
  }
}
