/// Error-feedback rounding at one bit, as GPTQ does it, without any descent: a baseline.
///
/// α starts as the best scale of sign(w) and is fitted again after every rounding (method.md,
/// equation 11).
public struct ErrorFeedbackSolver: LayerSolver {
  /// Roundings, each with the scale that fits the one before.
  public var rounds: Int
  /// K, codes per filter, 1 to 4.
  public var codes: Int
  /// Threads that share the filters.
  public var threads: Int

  /// A solver; the options are checked when it is asked to solve.
  public init(rounds: Int = 3, codes: Int = 1, threads: Int = 1) {
    self.rounds = rounds
    self.codes = codes
    self.threads = threads
  }

  /// Codes and scales of every filter.
  ///
  /// - Throws: ``HashingError`` for options that are out of range, or a Gram matrix that no ridge
  /// makes positive definite.
  public func solve(_ problem: LayerProblem) throws(HashingError) -> LayerSolution {
    let options = HashingOptions(sweeps: 0, effort: .paper, codes: codes, threads: threads)
    try options.check()
    let kernels = try Kernels.chosen()
    return try DescentJob.solve(problem, options: options, kernels: kernels) { job in
      job.run { state in
        job.settle(state)
        for _ in 0..<rounds {
          guard let rounded = job.errorFeedback(scalesOf: state) else { return }
          job.settle(rounded)
          job.keepBetter(rounded, in: state)
        }
      }
    }
  }
}
