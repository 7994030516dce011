internal import CTorch

/// Runs a C call that makes a handle. `operands` stay alive until it has returned: their last use
/// in Swift is the reading of their handle, after which they could be freed.
@inline(__always)
func call<Operands>(
  _ operation: StaticString, _ operands: Operands, _ body: () -> OpaquePointer?
) throws(TorchError) -> Tensor {
  guard let handle = withExtendedLifetime(operands, body) else {
    throw .latest(operation)
  }
  return Tensor(owning: handle)
}

/// Runs a C call that gives a status.
@inline(__always)
func perform<Operands>(
  _ operation: StaticString, _ operands: Operands, _ body: () -> Int32
) throws(TorchError) {
  guard withExtendedLifetime(operands, body) == 0 else { throw .latest(operation) }
}

extension TorchError {
  /// The failure just seen on this thread.
  static func latest(_ operation: StaticString) -> TorchError {
    TorchError(operation: "\(operation)", message: String(cString: ctorch_last_error()))
  }
}
