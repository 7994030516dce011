internal import CTorch

/// What convolutions and matrix products compute in.
public enum Precision: String, Sendable, CaseIterable {
  case float32
  /// Operands rounded to bfloat16, sums in float32. Parameters stay float32.
  case bfloat16
}

/// Runs `body` on this thread with the given precision and restores the setting afterwards, also
/// when it throws.
///
/// Casts of parameters are remembered until the outermost scope ends, so a scope must not outlive
/// an optimiser's step. Compute the forward pass inside and `backward` outside.
public func withAutocast<Result, Failure: Error>(
  _ precision: Precision, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let previous = ctorch_autocast_enter(precision == .bfloat16)
  defer { ctorch_autocast_leave(previous) }
  return try body()
}
