/// Something that finds codes and scales for one layer.
public protocol LayerSolver: Sendable {
  /// - Throws: ``HashingError`` where an option makes no sense or a kernel is missing; a valid
  ///   problem, however ill-posed, always has a solution.
  func solve(_ problem: LayerProblem) throws(HashingError) -> LayerSolution
}
