import SignetModel

extension Engine {
  /// As `run`, but away from the caller's actor: an app's interface goes on
  /// meanwhile.
  ///
  /// - Parameter inputs: one per name in ``inputs``, batch first
  /// - Returns: one per name in ``outputs``, batch first
  /// - Throws: ``EngineError`` naming the input, what was expected and found.
  nonisolated public func outputs(
    of inputs: [String: DenseTensor]
  ) async throws(EngineError) -> [String: DenseTensor] {
    try run(inputs)
  }
}
