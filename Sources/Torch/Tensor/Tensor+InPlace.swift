internal import CTorch

/// Operations that write into this tensor. Parameters that require gradients may only be written
/// to within ``noGrad(_:)``.
extension Tensor {
  /// Takes over the elements of `source`, converted to this element type.
  public func copy(from source: Tensor) throws(TorchError) {
    try perform("copy", (self, source)) { ctorch_copy_(handle, source.handle) }
  }

  public func zero() throws(TorchError) {
    try perform("zero", self) { ctorch_zero_(handle) }
  }

  /// self += scale · other
  public func addInPlace(_ other: Tensor, scale: Double = 1) throws(TorchError) {
    try perform("addInPlace", (self, other)) { ctorch_add_(handle, other.handle, scale) }
  }

  public func addInPlace(_ value: Double) throws(TorchError) {
    try perform("addInPlace", self) { ctorch_add_scalar_(handle, value) }
  }

  /// self −= scale · other
  public func subtractInPlace(_ other: Tensor, scale: Double = 1) throws(TorchError) {
    try perform("subtractInPlace", (self, other)) { ctorch_add_(handle, other.handle, -scale) }
  }

  public func multiplyInPlace(_ other: Tensor) throws(TorchError) {
    try perform("multiplyInPlace", (self, other)) { ctorch_mul_(handle, other.handle) }
  }

  public func multiplyInPlace(_ value: Double) throws(TorchError) {
    try perform("multiplyInPlace", self) { ctorch_mul_scalar_(handle, value) }
  }

  /// Limits the elements to `low` … `high`; an infinite limit is none.
  public func clampInPlace(_ low: Double = -.infinity, _ high: Double = .infinity)
    throws(TorchError)
  {
    try perform("clampInPlace", self) { ctorch_clamp_(handle, low, high) }
  }

  /// self += weight · (end − self)
  public func lerpInPlace(_ end: Tensor, weight: Double) throws(TorchError) {
    try perform("lerpInPlace", (self, end)) { ctorch_lerp_(handle, end.handle, weight) }
  }
}
