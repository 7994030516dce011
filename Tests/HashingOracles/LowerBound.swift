import SignetHashing

/// How low a filter's objective can possibly be with one code (method.md, equation 13).
///
/// For every diagonal Λ with trace 0 and G + Λ positive definite, no codes and scale explain more
/// than qᵀ(G + Λ)⁻¹q, because (αb)ᵀΛ(αb) = α² tr Λ = 0. Newton's method finds the best Λ, kept
/// inside the positive definite ones by a logarithmic barrier.
package struct LowerBound: Sendable {
  /// Newton steps; each costs a few S³.
  package var steps: Int

  package init(steps: Int = 30) { self.steps = steps }

  /// A lower bound of ‖Xᵀw − αX̃ᵀb‖² over all codes and scales, at most ‖Xᵀw‖² and at least 0.
  ///
  /// - Parameters:
  ///   - problem: the layer.
  ///   - filter: which of its filters.
  /// - Returns: the bound; 0 where G is singular, as it then bounds nothing (``LayerProblem/withRidge(_:)``
  ///   helps).
  package func value(_ problem: LayerProblem, filter: Int) -> Double {
    let size = problem.patchLength
    let energy = problem.energy[filter]
    let target = problem.correlation[filter * size..<(filter + 1) * size].map(Double.init)
    let gram = problem.gram.map(Double.init)
    let start = [Double](repeating: 0, count: size)
    guard energy > 0, var here = DualPoint(gram, target, start) else { return 0 }
    var lowest = here.explained
    var barrier = 0.1 * energy / Double(size)
    for _ in 0..<steps {
      let next = here.newtonStep(gram, target, barrier: barrier)
      if let next {
        here = next
        lowest = min(lowest, here.explained)
      }
      barrier *= 0.6
    }
    return min(max(0, energy - lowest), energy)
  }
}

/// One Λ of the bound and what goes with it.
private struct DualPoint {
  let multipliers: [Double]  // S: the diagonal of Λ
  let factor: DenseCholesky  // of G + Λ
  let weights: [Double]  // S: x = (G + Λ)⁻¹q
  /// qᵀ(G + Λ)⁻¹q.
  let explained: Double

  init?(_ gram: [Double], _ target: [Double], _ multipliers: [Double]) {
    let size = target.count
    var matrix = gram
    for index in 0..<size { matrix[index * size + index] += multipliers[index] }
    guard let factor = DenseCholesky(matrix, size: size) else { return nil }
    self.multipliers = multipliers
    self.factor = factor
    weights = factor.solve(target)
    explained = zip(weights, target).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func value(_ barrier: Double) -> Double { explained - barrier * factor.logDeterminant }

  /// One step downhill on qᵀ(G + Λ)⁻¹q − barrier · log det(G + Λ) with tr Λ = 0, or nil at its end.
  func newtonStep(_ gram: [Double], _ target: [Double], barrier: Double) -> DualPoint? {
    let size = target.count
    let inverse = factor.inverse
    var hessian = inverse
    for row in 0..<size {
      for column in 0..<size {
        let element = inverse[row * size + column]
        let curvature = 2 * weights[row] * weights[column] * element + barrier * element * element
        // A trace of ridge: the square of an ill-conditioned matrix is beyond double precision.
        hessian[row * size + column] = row == column ? curvature * (1 + 1e-9) : curvature
      }
    }
    guard let solver = DenseCholesky(hessian, size: size) else { return nil }
    let descent = solver.solve(
      (0..<size).map { weights[$0] * weights[$0] + barrier * inverse[$0 * size + $0] })
    let level = solver.solve([Double](repeating: 1, count: size))
    let shift = descent.reduce(0, +) / level.reduce(0, +)
    let direction = zip(descent, level).map { $0 - shift * $1 }
    var length = 1.0
    for _ in 0..<20 {
      let trial = zip(multipliers, direction).map { $0 + length * $1 }
      // Rounding must not give the trace away: with a positive one this would be no bound.
      let drift = trial.reduce(0, +) / Double(size)
      if let point = DualPoint(gram, target, trial.map { $0 - drift }),
        point.value(barrier) < value(barrier)
      {
        return point
      }
      length *= 0.5
    }
    return nil
  }
}
