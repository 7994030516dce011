internal import CTorch

/// Averages gradients over processes while the backward pass still runs (libtorch's `Reducer`, the
/// core of PyTorch's DistributedDataParallel: Li et al. 2020, arXiv 2006.15704).
// Unchecked: the handle never changes; the thread that trains makes all calls.
public final class GradientReducer: @unchecked Sendable {
  private let handle: OpaquePointer
  // libtorch's hooks use it for as long as there are parameters.
  private let group: ProcessGroup

  /// - Parameters:
  ///   - parameters: all that get gradients, in the order of the forward pass, alike in all processes
  ///   - bucketBytes: gradients that travel together
  public init(
    group: ProcessGroup, parameters: [Tensor], bucketBytes: Int = 4 << 20
  ) throws(TorchError) {
    let handles = parameters.map(\.handle)
    let handle = withExtendedLifetime((group, parameters)) {
      ctorch_reducer_new(group.handle, handles, handles.count, bucketBytes)
    }
    guard let handle else { throw .latest("gradient reducer") }
    self.handle = handle
    self.group = group
  }

  deinit {
    ctorch_reducer_free(handle)
  }

  /// The next backward pass from `loss` leaves averages over all processes.
  public func prepare(for loss: Tensor) throws(TorchError) {
    try perform("gradient reducer", (self, loss)) { ctorch_reducer_prepare(handle, loss.handle) }
  }
}
