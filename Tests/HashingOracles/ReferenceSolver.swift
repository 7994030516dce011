import SignetHashing

/// The paper's procedure, written as the paper writes it, in double precision.
///
/// Per filter, from b = sign(w) and α = mean|w|: every b_j in turn to its best value while all else
/// stays (method.md, equation 6), then α by least squares (equation 5), and again. It is the reference
/// that the fast solver is checked against, and costs S² a sweep.
package struct ReferenceSolver: LayerSolver {
  /// The most sweeps over the coordinates.
  package var sweeps: Int
  /// K, codes per filter, 1 to 4.
  package var codes: Int

  package init(sweeps: Int = 20, codes: Int = 1) {
    self.sweeps = sweeps
    self.codes = codes
  }

  package func solve(_ problem: LayerProblem) throws(HashingError) -> LayerSolution {
    try HashingOptions(sweeps: sweeps, codes: codes).check()
    let gram = problem.gram.map(Double.init)
    var initialObjective: [Double] = []
    var solved: [ReferenceFilter] = []
    for filter in 0..<problem.filterCount {
      initialObjective.append(
        ReferenceFilter(problem, gram: gram, filter: filter, codes: 1).objective)
      var state = ReferenceFilter(problem, gram: gram, filter: filter, codes: codes)
      state.descend(sweeps: sweeps)
      solved.append(state)
    }
    return LayerSolution(
      patchLength: problem.patchLength, filterCount: problem.filterCount, codeCount: codes,
      codes: (0..<codes).flatMap { code in
        solved.flatMap { $0.codes[code].map { Int8($0) } }
      },
      scales: (0..<codes).flatMap { code in solved.map { Float($0.scales[code]) } },
      initialObjective: initialObjective,
      objective: solved.map(\.objective),
      energy: problem.energy,
      flips: solved.reduce(0) { $0 + $1.flips },
      sweeps: solved.map(\.sweeps).max() ?? 0)
  }
}
