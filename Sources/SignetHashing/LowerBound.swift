/// How low a filter's objective can possibly be with one code (method.md, equation 12).
///
/// For every diagonal Λ with trace 0 and G + Λ positive definite, no codes and scale explain more
/// than qᵀ(G + Λ)⁻¹q, because (αb)ᵀΛ(αb) = α² tr Λ = 0. Λ = 0 gives the bound that holds for any
/// real weights; climbing over Λ uses that all |αb_j| are equal.
public struct LowerBound: Sendable {
  /// Steps of the climb; each costs a factorisation, S³/3.
  public var steps: Int

  public init(steps: Int = 30) { self.steps = steps }

  /// A lower bound of ‖Xᵀw − αX̃ᵀb‖² over all codes and scales, at most ‖Xᵀw‖² and at least 0.
  ///
  /// - Parameters:
  ///   - problem: the layer.
  ///   - filter: which of its filters.
  /// - Returns: the bound; 0 where G is singular beyond repair.
  public func value(_ problem: LayerProblem, filter: Int) -> Double {
    let size = problem.patchLength
    let gram = problem.gram.map(Double.init)
    let target = problem.correlation[filter * size..<(filter + 1) * size].map(Double.init)
    let energy = problem.energy[filter]
    let trace = (0..<size).reduce(0) { $0 + gram[$1 * size + $1] }
    guard trace > 0 else { return max(0, energy) }
    var multipliers = [Double](repeating: 0, count: size)
    guard var best = dualPoint(gram, target, multipliers) else { return 0 }
    var step = 0.1 * trace / Double(size)
    for _ in 0..<steps {
      let squares = best.weights.map { $0 * $0 }
      let mean = squares.reduce(0, +) / Double(size)
      guard mean > 0 else { break }
      let direction = squares.map { $0 / mean - 1 }
      let trial = zip(multipliers, direction).map { $0 + step * $1 }
      if let point = dualPoint(gram, target, trial), point.explained < best.explained {
        best = point
        multipliers = trial
        step *= 1.5
      } else {
        step *= 0.4
      }
    }
    return min(max(0, energy - best.explained), max(0, energy))
  }

  private struct DualPoint {
    /// (G + Λ)⁻¹ q.
    var weights: [Double]
    /// qᵀ(G + Λ)⁻¹q.
    var explained: Double
  }

  /// Nil where G + Λ is not safely positive definite.
  private func dualPoint(
    _ gram: [Double], _ target: [Double], _ multipliers: [Double]
  ) -> DualPoint? {
    let size = target.count
    var lower = gram
    for index in 0..<size { lower[index * size + index] += multipliers[index] }
    let solved = lower.withUnsafeMutableBufferPointer { lower -> [Double]? in
      for column in 0..<size {
        var pivot = lower[column * size + column]
        let whole = gram[column * size + column]
        for inner in 0..<column {
          pivot -= lower[column * size + inner] * lower[column * size + inner]
        }
        // G itself carries float32 rounding; closer to singular than that proves nothing.
        guard pivot > 1e-6 * whole, pivot > 0 else { return nil }
        let root = pivot.squareRoot()
        lower[column * size + column] = root
        for row in column + 1..<max(size, column + 1) {
          var sum = lower[row * size + column]
          for inner in 0..<column {
            sum -= lower[row * size + inner] * lower[column * size + inner]
          }
          lower[row * size + column] = sum / root
        }
      }
      var solution = target
      for row in 0..<size {
        for column in 0..<row { solution[row] -= lower[row * size + column] * solution[column] }
        solution[row] /= lower[row * size + row]
      }
      for row in (0..<size).reversed() {
        solution[row] /= lower[row * size + row]
        for column in 0..<row { solution[column] -= lower[row * size + column] * solution[row] }
      }
      return solution
    }
    guard let solved else { return nil }
    let explained = zip(solved, target).reduce(0) { $0 + $1.0 * $1.1 }
    return DualPoint(weights: solved, explained: explained)
  }
}
