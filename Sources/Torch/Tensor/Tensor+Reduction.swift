internal import CTorch

/// Reductions. No dimensions means all of them; `keepDimensions` leaves a size of 1 in their place.
extension Tensor {
  public func sum(_ dims: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
    try call("sum", self) { ctorch_sum(handle, dims, dims.count, keepDimensions) }
  }

  public func mean(_ dims: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
    try call("mean", self) { ctorch_mean(handle, dims, dims.count, keepDimensions) }
  }

  /// The mean squared deviation; `unbiased` divides by one less than the number of elements.
  public func variance(
    _ dims: [Int] = [], unbiased: Bool = true, keepDimensions: Bool = false
  ) throws(TorchError) -> Tensor {
    try call("variance", self) {
      ctorch_var(handle, dims, dims.count, unbiased, keepDimensions)
    }
  }

  /// The largest element.
  public func amax(_ dims: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
    try call("amax", self) { ctorch_amax(handle, dims, dims.count, keepDimensions) }
  }

  /// The smallest element.
  public func amin(_ dims: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
    try call("amin", self) { ctorch_amin(handle, dims, dims.count, keepDimensions) }
  }

  /// The 2-norm over all elements.
  public func norm() throws(TorchError) -> Tensor {
    try call("norm", self) { ctorch_norm(handle) }
  }

  /// The place of the largest element along one dimension (int64).
  public func argmax(_ dim: Int, keepDimensions: Bool = false) throws(TorchError) -> Tensor {
    try call("argmax", self) { ctorch_argmax(handle, dim, keepDimensions) }
  }
}
