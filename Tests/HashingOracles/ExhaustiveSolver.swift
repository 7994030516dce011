import SignetHashing

/// Every code there is, each with its best scale: the true optimum of small problems.
///
/// Maximises (bᵀq)² / bᵀGb over b with bᵀq > 0 (method.md, equation 5). Costs S · 2^(S−1) a filter.
package struct ExhaustiveSolver: LayerSolver {
  /// The longest patch that is enumerated.
  package static let limit = 20

  package init() {}

  package func solve(_ problem: LayerProblem) throws(HashingError) -> LayerSolution {
    let size = problem.patchLength
    guard size <= ExhaustiveSolver.limit else {
      throw .invalidOption(
        name: "patch length", value: "\(size)",
        allowed: "at most \(ExhaustiveSolver.limit), as every code is tried")
    }
    let sign = try SignSolver().solve(problem)
    let gram = problem.gram.map(Double.init)
    var codes: [Int8] = []
    var scales: [Float] = []
    var objective: [Double] = []
    for filter in 0..<problem.filterCount {
      let rows = filter * size..<(filter + 1) * size
      let best = ExhaustiveSolver.best(
        gram: gram, target: problem.correlation[rows].map(Double.init), size: size)
      if let best {
        let scale = best.correlation / best.energy
        codes += (0..<size).map { input in
          if problem.isDead(input) {
            return problem.weights[rows][rows.lowerBound + input] < 0 ? -1 : 1
          }
          return best.code[input]
        }
        scales.append(Float(scale))
        objective.append(problem.energy[filter] - scale * best.correlation)
      } else {
        codes += sign.codes[rows]
        scales.append(sign.scales[filter])
        objective.append(sign.objective[filter])
      }
    }
    return LayerSolution(
      patchLength: size, filterCount: problem.filterCount, codeCount: 1, codes: codes,
      scales: scales, initialObjective: sign.objective, objective: objective,
      energy: problem.energy, flips: 0, sweeps: 0)
  }

  private struct Best {
    var code: [Int8]
    var correlation: Double
    var energy: Double
  }

  /// Walks a Gray code, so that one bit changes at a time; nil if no code has any output.
  private static func best(gram: [Double], target: [Double], size: Int) -> Best? {
    var code = [Double](repeating: 1, count: size)
    var product = (0..<size).map { row in
      (0..<size).reduce(0) { $0 + gram[row * size + $1] }
    }
    var correlation = target.reduce(0, +)
    var energy = product.reduce(0, +)
    var best: Best?
    var bestValue = -1.0
    // The last bit stays: b and −b explain the same.
    for step in 1...(1 << (size - 1)) {
      let value = energy > 0 ? correlation * correlation / energy : -1
      if value > bestValue {
        bestValue = value
        let sign: Double = correlation < 0 ? -1 : 1
        best = Best(
          code: code.map { Int8(sign * $0) }, correlation: abs(correlation), energy: energy)
      }
      let input = step.trailingZeroBitCount
      guard input < size - 1 else { break }
      let old = code[input]
      correlation -= 2 * old * target[input]
      energy += 4 * (gram[input * size + input] - old * product[input])
      for row in 0..<size { product[row] -= 2 * old * gram[input * size + row] }
      code[input] = -old
    }
    return best
  }
}
