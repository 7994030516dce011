import SignetHashing

/// One filter of the reference solver.
struct ReferenceFilter {
  private let size: Int
  private let gram: [Double]  // S × S
  private let target: [Double]  // S: q
  private let energy: Double
  private let dead: [Bool]  // S
  /// K × S, −1 or +1.
  private(set) var codes: [[Double]]
  /// K.
  private(set) var scales: [Double]
  private(set) var flips = 0
  private(set) var sweeps = 0

  init(_ problem: LayerProblem, gram: [Double], filter: Int, codes count: Int) {
    size = problem.patchLength
    self.gram = gram
    target = problem.correlation[filter * size..<(filter + 1) * size].map(Double.init)
    energy = problem.energy[filter]
    dead = (0..<size).map(problem.isDead)
    let start = StartingCodes(weights: problem.weights(ofFilter: filter), count: count)
    codes = start.codes
    scales = start.scales
  }

  /// ‖Xᵀw − Σ_k α_k X̃ᵀb_k‖².
  var objective: Double {
    layerObjective(energy: energy, matrix: codeMatrix, right: codeTargets, scales: scales)
  }

  mutating func descend(sweeps limit: Int) {
    let start = codes
    var last = objective
    while sweeps < limit {
      var changed = 0
      for code in codes.indices { changed += sweep(code) }
      refitScales()
      sweeps += 1
      flips += changed
      let now = objective
      assert(now <= last + 1e-9 * max(energy, abs(last)), "a sweep raised the objective")
      last = now
      if changed == 0 && sweeps > 1 { break }
    }
    for code in codes.indices {
      for input in 0..<size where dead[input] { codes[code][input] = start[code][input] }
    }
  }

  /// b_j ← sign(p_j − α Σ_{i≠j} G_ji b_i) for every j of one code in turn, where p is q less what
  /// the other codes explain.
  private mutating func sweep(_ code: Int) -> Int {
    var changed = 0
    let scale = scales[code]
    var others = [Double](repeating: 0, count: size)
    for other in codes.indices where other != code {
      for input in 0..<size { others[input] += scales[other] * codes[other][input] }
    }
    for input in 0..<size {
      var sum = target[input]
      for other in 0..<size {
        let known = others[other] + (other == input ? 0 : scale * codes[code][other])
        sum -= gram[input * size + other] * known
      }
      if codes[code][input] * sum < 0 {
        codes[code][input].negate()
        changed += 1
      }
    }
    return changed
  }

  /// α = bᵀq / bᵀGb; a negative scale turns its code round.
  private mutating func refitScales() {
    guard let best = leastSquaresScales(matrix: codeMatrix, right: codeTargets) else { return }
    scales = best
    for code in codes.indices where scales[code] < 0 {
      scales[code].negate()
      for input in 0..<size { codes[code][input].negate() }
    }
  }

  /// BᵀGB: K × K.
  private var codeMatrix: [Double] {
    codes.flatMap { left in
      codes.map { right in
        var sum = 0.0
        for row in 0..<size {
          var inner = 0.0
          for column in 0..<size { inner += gram[row * size + column] * right[column] }
          sum += left[row] * inner
        }
        return sum
      }
    }
  }

  /// Bᵀq: K.
  private var codeTargets: [Double] {
    codes.map { code in zip(code, target).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}
