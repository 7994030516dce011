/// What can be wrong with a layer's hashing problem or with how it is to be solved.
public enum HashingError: Error, Equatable, Sendable {
  /// A buffer has the wrong number of elements.
  case wrongSize(buffer: Buffer, expected: Int, found: Int)
  /// The patch length, the filter count or the number of patches is not positive.
  case emptyProblem(patchLength: Int, filterCount: Int)
  /// A buffer holds NaN or an infinity at this index.
  case notFinite(buffer: Buffer, index: Int)
  /// gram[row, column] and gram[column, row] differ by more than rounding explains.
  case notSymmetric(row: Int, column: Int, upper: Float, lower: Float)
  /// A diagonal element of the Gram matrix, a sum of squares, is negative.
  case negativeDiagonal(index: Int, value: Float)
  /// An option lies outside what the solver supports.
  case invalidOption(name: String, value: String, allowed: String)
  /// The environment variable names no kernels, or kernels that this processor lacks.
  case kernelsUnavailable(name: String, available: [String])
  /// The matrix is not positive definite, even with the ridge tried.
  case notPositiveDefinite(pivot: Int)
  /// Processes that solve a layer together lost one another.
  case exchange(String)

  /// The buffers an error can point at.
  public enum Buffer: String, Sendable {
    /// G, q, w and ‖Xᵀw‖² of a problem, or the patches, outputs and their sums that make them.
    case gram, correlation, weights, energy, inputs, outputs, inputSum, outputSum, outputSquares
    /// The codes of each filter, and what its errors count.
    case codeCounts, importance
  }
}
