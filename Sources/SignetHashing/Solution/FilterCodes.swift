/// Codes and scales by filter, while filters with different numbers of codes are solved.
struct FilterCodes {
  /// K of each filter: N
  private let counts: [Int]
  private let patchLength: Int
  /// By filter: K × S.
  private var codes: [[Int8]]
  /// By filter: K.
  private var scales: [[Float]]
  /// β: N
  private var constants: [Float]
  var flips = 0
  private var sweeps = 0

  init(counts: [Int], patchLength: Int) {
    self.counts = counts
    self.patchLength = patchLength
    codes = counts.map { _ in [] }
    scales = codes.map { _ in [] }
    constants = [Float](repeating: 0, count: counts.count)
  }

  /// Takes in what was found for some filters, all of which have as many codes.
  mutating func take(_ solution: LayerSolution, filters: [Int]) {
    for (index, filter) in filters.enumerated() {
      let rows = (0..<counts[filter]).map { $0 * filters.count + index }
      codes[filter] = rows.flatMap {
        solution.codes[$0 * patchLength..<($0 + 1) * patchLength]
      }
      scales[filter] = rows.map { solution.scales[$0] }
    }
    flips += solution.flips
    sweeps = max(sweeps, solution.sweeps)
  }

  /// Those of some filters, all of which have as many codes: K × filters × S and K × filters.
  func rows(of filters: [Int]) -> (codes: [Int8], scales: [Float]) {
    let count = filters.first.map { counts[$0] } ?? 0
    return (
      (0..<count).flatMap { code in
        filters.flatMap { codes[$0][code * patchLength..<(code + 1) * patchLength] }
      },
      (0..<count).flatMap { code in filters.map { scales[$0][code] } }
    )
  }

  mutating func fitConstants(_ reduced: ReducedProblem) {
    constants = reduced.constants(beside: coded)
  }

  /// Σ_k α_k b_k + β: N × S
  var estimate: [Float] {
    var estimate = coded
    for index in estimate.indices { estimate[index] += constants[index / patchLength] }
    return estimate
  }

  /// Σ_k α_k b_k: N × S
  private var coded: [Float] {
    var estimate = [Float](repeating: 0, count: counts.count * patchLength)
    for (filter, count) in counts.enumerated() {
      for code in 0..<count {
        for input in 0..<patchLength {
          estimate[filter * patchLength + input] +=
            scales[filter][code] * Float(codes[filter][code * patchLength + input])
        }
      }
    }
    return estimate
  }

  /// - Parameter inputScales: c, C
  func solution(
    of problem: LayerProblem, inputScales: [Float]?, fitsConstants: Bool, products: KernelProducts
  ) throws(HashingError) -> LayerSolution {
    let owners = CodeRows(counts: counts).owners
    func solution(initial: [Double], objective: [Double]) -> LayerSolution {
      LayerSolution(
        patchLength: patchLength, codeCounts: counts,
        codes: owners.flatMap {
          codes[$0.filter][$0.code * patchLength..<($0.code + 1) * patchLength]
        },
        scales: owners.map { scales[$0.filter][$0.code] },
        constants: fitsConstants ? constants : nil, inputScales: inputScales,
        initialObjective: initial, objective: objective, energy: problem.energy, flips: flips,
        sweeps: sweeps)
    }
    let estimate = solution(initial: [], objective: []).estimate
    return solution(
      initial: try problem.squaredErrors(estimate: problem.signEstimate, products: products),
      objective: try problem.squaredErrors(estimate: estimate, products: products))
  }
}

extension LayerProblem {
  /// α b with b = sign(w) and α = mean|w|: N × S
  fileprivate var signEstimate: [Float] {
    (0..<filterCount).flatMap { filter in
      let start = StartingCodes(weights: weights(ofFilter: filter), count: 1)
      return start.codes[0].map { Float($0 * start.scales[0]) }
    }
  }
}
