internal import CTorch

/// Processes that compute together (libtorch's c10d with Gloo).
///
/// All processes make the same calls with tensors of the same shapes in the same order; each call waits
/// for all of them and throws where one is gone.
// Unchecked: the handle never changes; one thread at a time makes calls.
public final class ProcessGroup: @unchecked Sendable {
  let handle: OpaquePointer
  /// This process's place among them, from 0.
  public let rank: Int
  /// How many there are.
  public let count: Int

  /// Connects each process to each.
  ///
  /// - Parameter timeout: seconds that connecting, and each call, may take
  public init(
    store: ProcessStore, rank: Int, count: Int, timeout: Double
  ) throws(TorchError) {
    let handle = withExtendedLifetime(store) {
      ctorch_group_new(store.handle, rank, count, timeout)
    }
    guard let handle else { throw .latest("process group") }
    self.handle = handle
    self.rank = rank
    self.count = count
  }

  deinit {
    ctorch_group_free(handle)
  }

  /// Makes each tensor its sum over all processes: the same in each, to the bit.
  ///
  /// - Parameter tensors: of one element type
  public func sumInPlace(_ tensors: [Tensor]) throws(TorchError) {
    let handles = tensors.map(\.handle)
    guard !handles.isEmpty else { return }
    try perform("sum over processes", (self, tensors)) {
      ctorch_group_sum(handle, handles, handles.count)
    }
  }

  /// The sum over all processes, through which gradients flow: they are summed too.
  public func sum(_ tensor: Tensor) throws(TorchError) -> Tensor {
    try call("sum over processes", (self, tensor)) {
      ctorch_group_differentiable_sum(handle, tensor.handle)
    }
  }

  /// Gives every process the elements that one of them has.
  public func broadcast(_ tensor: Tensor, from root: Int = 0) throws(TorchError) {
    try perform("broadcast", (self, tensor)) {
      ctorch_group_broadcast(handle, tensor.handle, root)
    }
  }

  /// The tensors of all processes, in their order: count × shape.
  public func gather(_ tensor: Tensor) throws(TorchError) -> Tensor {
    try call("gather", (self, tensor)) { ctorch_group_gather(handle, tensor.handle) }
  }
}
