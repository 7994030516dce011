import SignetHashing

extension BinarizationOptions {
  /// The one place where these options are checked; what they travel through relies on it.
  ///
  /// - Throws: ``TrainingError/option(name:expected:found:)`` for the first that makes no sense.
  public func check() throws(TrainingError) {
    try require(images, in: 1...100_000_000, "images")
    try require(heldOutImages >= 0, "heldOutImages", "0 or more", heldOutImages)
    try require(batchSize >= 1, "batchSize", "at least 1", batchSize)
    try require(memoryBytes >= 16 << 20, "memoryBytes", "16MiB or more", "\(memoryBytes) bytes")
    try Self.asOption { () throws(HashingError) in try hashing.check() }
    if let budget { try require(budget, in: 1...32, "budget") }
    if let targetDrop {
      try require(targetDrop, in: 0...100, "targetDrop")
      try require(budget == nil, "targetDrop", "no budget beside it", "\(targetDrop)")
      try require(heldOutImages >= 1, "heldOutImages", "1 or more with targetDrop", heldOutImages)
    }
    try require(ridge, in: 0...1000, "ridge")
    try require(patchesPerImage ?? 1 >= 1, "patchesPerImage", "at least 1", patchesPerImage ?? 1)
    try require(threads ?? 1 >= 1, "threads", "at least 1", threads ?? 1)
  }

  /// - Throws: ``TrainingError/option(name:expected:found:)`` where there is no such level.
  public static func effort(level: Int) throws(TrainingError) -> HashingOptions.Effort {
    try asOption { () throws(HashingError) in try HashingOptions.Effort(level: level) }
  }

  private static func asOption<Result>(
    _ body: () throws(HashingError) -> Result
  ) throws(TrainingError) -> Result {
    do throws(HashingError) {
      return try body()
    } catch {
      guard case .invalidOption(let name, let value, let allowed) = error else {
        throw .hashing(layer: "", error)
      }
      throw .option(name: name, expected: allowed, found: value)
    }
  }

  private func require<Value: Comparable>(
    _ value: Value, in range: ClosedRange<Value>, _ name: String
  ) throws(TrainingError) {
    try require(
      range.contains(value), name, "\(range.lowerBound) to \(range.upperBound)", "\(value)")
  }

  private func require(
    _ condition: Bool, _ name: String, _ expected: String, _ found: some CustomStringConvertible
  ) throws(TrainingError) {
    guard condition else { throw .option(name: name, expected: expected, found: "\(found)") }
  }
}
