/// How many elements folding may still produce. A few bytes of shape arithmetic can ask for
/// terabytes; honest models fold to about the size of what they store.
struct FoldingBudget {
  private(set) var elements: Int

  /// - Parameters:
  ///   - storedElements: elements of the file's own tensors
  ///   - storedBytes: those of them that are bytes, which may be packed bits: each then becomes
  ///     eight numbers, in about ten steps
  init(storedElements: Int, storedBytes: Int) {
    elements = 1 << 22 + min(storedElements, 1 << 32) * 8 + min(storedBytes, 1 << 32) * 96
  }

  /// Checks extents that are about to be allocated and takes their elements off the budget.
  ///
  /// - Returns: the number of elements.
  mutating func claim(_ dims: [Int], _ attribute: String? = nil) throws(NodeFailure) -> Int {
    guard dims.count <= 16, let count = ConstantTensor.elementCount(dims, limit: elements) else {
      throw NodeFailure(
        attribute, expected: "a constant of reasonable size",
        found: dims.map(String.init).joined(separator: "×"))
    }
    elements -= count
    return count
  }
}
