/// The best constant β of each filter, in closed form (method.md, equation 18).
struct ConstantFit {
  /// g = G·1: S
  private let sums: [Double]
  /// ρ = 1ᵀG1
  private let total: Double
  /// 1ᵀq: N
  private let targets: [Double]

  /// `nil` where a constant changes no output beyond rounding, such as behind a softmax.
  init?(_ problem: LayerProblem) {
    let size = problem.patchLength
    sums = problem.gram.withUnsafeBufferPointer { gram in
      (0..<size).map { row in
        var sum = 0.0
        for column in row * size..<(row + 1) * size { sum += Double(gram[column]) }
        return sum
      }
    }
    total = sums.reduce(0, +)
    let trace = (0..<size).reduce(0.0) { $0 + Double(problem.gram[$1 * size + $1]) }
    guard total > 1e-6 * Double(size) * trace else { return nil }
    targets = (0..<problem.filterCount).map { filter in
      problem.correlation[filter * size..<(filter + 1) * size].reduce(0.0) { $0 + Double($1) }
    }
  }

  /// What is left of a problem when every filter has its best constant: G − ggᵀ/ρ, q − g(1ᵀq)/ρ and
  /// E − (1ᵀq)²/ρ, with the weights less their own constant.
  func taken(from problem: LayerProblem) throws(HashingError) -> LayerProblem {
    let size = problem.patchLength
    var (gram, correlation, weights) = (problem.gram, problem.correlation, problem.weights)
    // An input that a constant says all of: what is left of its row is rounding.
    let isDead = (0..<size).map { input in
      let before = Double(gram[input * size + input])
      return before - sums[input] * sums[input] / total <= 4e-6 * before
    }
    gram.withUnsafeMutableBufferPointer { gram in
      for row in 0..<size {
        let factor = sums[row] / total
        for column in 0..<size {
          let index = row * size + column
          // The product in one order, so that the result is symmetric to the last bit.
          let shared = row < column ? factor * sums[column] : sums[column] / total * sums[row]
          gram[index] =
            isDead[row] || isDead[column] ? 0 : Float(Double(gram[index]) - shared)
        }
      }
    }
    var energy = problem.energy
    for filter in 0..<problem.filterCount {
      let rows = filter * size..<(filter + 1) * size
      let share = targets[filter] / total
      energy[filter] = max(0, energy[filter] - targets[filter] * share)
      let constant = zip(sums, weights[rows]).reduce(0.0) { $0 + $1.0 * Double($1.1) } / total
      for (input, index) in rows.enumerated() {
        correlation[index] =
          isDead[input] ? 0 : Float(Double(correlation[index]) - sums[input] * share)
        weights[index] = Float(Double(weights[index]) - constant)
      }
    }
    return try LayerProblem(
      patchLength: size, filterCount: problem.filterCount, gram: gram, correlation: correlation,
      weights: weights, energy: energy)
  }

  /// β = (1ᵀq − gᵀŵ) / ρ: N.
  ///
  /// - Parameter estimate: ŵ = Σ_k α_k b_k, N × S
  func constants(beside estimate: [Float]) -> [Float] {
    let size = sums.count
    return targets.indices.map { filter in
      var rest = targets[filter]
      for input in 0..<size { rest -= sums[input] * Double(estimate[filter * size + input]) }
      return Float(rest / total)
    }
  }
}
