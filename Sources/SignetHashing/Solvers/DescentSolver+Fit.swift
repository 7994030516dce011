extension DescentSolver {
  /// The best scales for codes that are given, with their objectives; for codes alone, the solution's
  /// constants and scales of inputs being the problem's.
  func fitted(
    _ codes: [Int8], scales: [Float], to problem: LayerProblem
  ) throws(HashingError) -> LayerSolution {
    try options.check()
    let kernels = try chosenKernels()
    let size = problem.patchLength
    return try DescentJob.solve(problem, options: options, kernels: kernels, atOnce: filtersAtOnce)
    {
      job in
      job.run { state in
        for code in 0..<state.codeCount {
          for filter in 0..<state.filterCount {
            let row = code * problem.filterCount + job.problem.filters.lowerBound + filter
            let target = state.code(code, filter)
            for input in 0..<size { target[input] = codes[row * size + input] }
            state.setScale(code, filter, scales[row])
          }
        }
        job.settle(state)
      }
    }
  }
}
