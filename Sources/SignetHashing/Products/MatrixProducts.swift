/// The two matrix products that hashing spends its time in, float32, row-major.
///
/// A seam: the training side may plug in the library it has at hand; ``KernelProducts`` is ours.
public protocol MatrixProducts: Sendable {
  /// result (size × size) += patchesᵀ · patches, patches being count × size.
  func symmetricRankK(_ patches: [Float], count: Int, size: Int, into result: inout [Float])

  /// result (rows × columns) += aᵀ · b, a being depth × rows and b depth × columns.
  func multiplyTransposed(
    _ a: [Float], _ b: [Float], depth: Int, rows: Int, columns: Int, into result: inout [Float])
}
