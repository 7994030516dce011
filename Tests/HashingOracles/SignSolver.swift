import SignetHashing

/// The binary weight network's choice, which looks at no input: b = sign(w), α = mean|w|; further
/// codes repeat it on what the weights still miss.
package struct SignSolver: LayerSolver {
  /// K, codes per filter, 1 to 4.
  package var codes: Int

  package init(codes: Int = 1) { self.codes = codes }

  package func solve(_ problem: LayerProblem) throws(HashingError) -> LayerSolution {
    var solver = DescentSolver()
    solver.options = HashingOptions(sweeps: 0, effort: .paper, codes: codes)
    return try solver.solve(problem)
  }
}
