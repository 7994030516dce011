internal import CTorch

extension Tensor {
  /// The same elements in row-major order with another shape; one size may be −1.
  public func reshape(_ shape: [Int]) throws(TorchError) -> Tensor {
    try call("reshape", self) { ctorch_reshape(handle, shape, shape.count) }
  }

  /// A view that repeats dimensions of size 1.
  public func expand(_ shape: [Int]) throws(TorchError) -> Tensor {
    try call("expand", self) { ctorch_expand(handle, shape, shape.count) }
  }

  /// A view with the dimensions in another order.
  public func permute(_ order: [Int]) throws(TorchError) -> Tensor {
    try call("permute", self) { ctorch_permute(handle, order, order.count) }
  }

  /// A view with two dimensions exchanged.
  public func transpose(_ dim0: Int, _ dim1: Int) throws(TorchError) -> Tensor {
    try call("transpose", self) { ctorch_transpose(handle, dim0, dim1) }
  }

  /// The dimensions from `start` to `end`, both included, made one.
  public func flatten(from start: Int = 0, to end: Int = -1) throws(TorchError) -> Tensor {
    try call("flatten", self) { ctorch_flatten(handle, start, end) }
  }

  /// Without the dimension, where its size is 1.
  public func squeeze(_ dim: Int) throws(TorchError) -> Tensor {
    try call("squeeze", self) { ctorch_squeeze(handle, dim) }
  }

  /// With a new dimension of size 1 at `dim`.
  public func unsqueeze(_ dim: Int) throws(TorchError) -> Tensor {
    try call("unsqueeze", self) { ctorch_unsqueeze(handle, dim) }
  }

  /// A view of `length` entries from `start` along one dimension.
  public func narrow(_ dim: Int, start: Int, length: Int) throws(TorchError) -> Tensor {
    try call("narrow", self) { ctorch_narrow(handle, dim, start, length) }
  }

  /// A view of the entries `start`, `start + step`, … before `end`; ends beyond the size are cut.
  public func slice(
    _ dim: Int, start: Int = 0, end: Int = .max, step: Int = 1
  ) throws(TorchError) -> Tensor {
    try call("slice", self) { ctorch_slice(handle, dim, start, end, step) }
  }

  /// The entries along `dim` that `index` (int64, one dimension) names, copied.
  public func indexSelect(_ dim: Int, _ index: Tensor) throws(TorchError) -> Tensor {
    try call("indexSelect", (self, index)) { ctorch_index_select(handle, dim, index.handle) }
  }

  /// A copy with the order along `dims` reversed.
  public func flip(_ dims: [Int]) throws(TorchError) -> Tensor {
    try call("flip", self) { ctorch_flip(handle, dims, dims.count) }
  }

  /// The parts one after the other along an existing dimension.
  public static func cat(_ parts: [Tensor], _ dim: Int = 0) throws(TorchError) -> Tensor {
    let handles = parts.map(\.handle)
    return try call("cat", parts) { ctorch_cat(handles, handles.count, dim) }
  }

  /// With `value` added around. `amounts`: before and after the last dimension, then before and
  /// after the one before it, and so on; negative amounts cut.
  public func pad(_ amounts: [Int], value: Double = 0) throws(TorchError) -> Tensor {
    try call("pad", self) { ctorch_pad(handle, amounts, amounts.count, value) }
  }
}
