import HashingOracles
import Testing

@testable import SignetHashing

@Suite("Against the true optimum")
struct ExhaustiveTests {
  /// Random problems of every patch length up to 14, near and far from white inputs.
  static let seeds = Array(1...42)

  static func layer(_ seed: Int) -> RandomLayer {
    RandomLayer(
      seed: UInt64(seed), patchLength: 1 + (seed - 1) % 14, filterCount: 2,
      drift: seed % 3 == 0 ? 0.4 : 0)
  }

  private func solver(_ effort: HashingOptions.Effort) -> DescentSolver {
    DescentSolver(HashingOptions(effort: effort, threads: 1))
  }

  @Test("exhaustive search finds what direct enumeration finds")
  func enumeration() throws {
    let layer = RandomLayer(seed: 3, patchLength: 6, filterCount: 2, drift: 0.3)
    let problem = try layer.problem()
    let best = try ExhaustiveSolver().solve(problem)
    for filter in 0..<2 {
      var lowest = Double.infinity
      for bits in 0..<64 {
        let code = (0..<6).map { bits >> $0 & 1 == 1 ? 1.0 : -1.0 }
        var correlation = 0.0
        var energy = 0.0
        for row in 0..<6 {
          correlation += code[row] * Double(problem.correlation[filter * 6 + row])
          for column in 0..<6 {
            energy += code[row] * code[column] * Double(problem.gram[row * 6 + column])
          }
        }
        lowest = min(lowest, problem.energy[filter] - correlation * correlation / energy)
      }
      #expect(abs(best.objective[filter] - lowest) <= 1e-9 * problem.energy[filter])
    }
    for (direct, told) in zip(layer.objective(best), best.objective) {
      #expect(abs(direct - told) <= 1e-5 * told + 1e-5)
    }
  }

  @Test("no solver is below the optimum; descent often reaches it, the search always")
  func share() throws {
    var filters = 0
    var hits = [0, 0, 0]
    for seed in Self.seeds {
      let problem = try Self.layer(seed).problem()
      let best = try ExhaustiveSolver().solve(problem)
      let bound = LowerBound()
      let solutions = [
        try ReferenceSolver().solve(problem), try solver(.starts).solve(problem),
        try solver(.search).solve(problem),
      ]
      for filter in 0..<problem.filterCount {
        filters += 1
        let slack = 2e-6 * problem.energy[filter]
        #expect(bound.value(problem, filter: filter) <= best.objective[filter] + slack)
        for (index, solution) in solutions.enumerated() {
          #expect(solution.objective[filter] >= best.objective[filter] - slack)
          #expect(solution.objective[filter] <= solution.initialObjective[filter] + slack)
          if solution.objective[filter] <= best.objective[filter] + slack { hits[index] += 1 }
        }
      }
    }
    let shares = hits.map { Double($0) / Double(filters) }
    print("share of \(filters) filters at the optimum: descent, starts, search:", shares)
    #expect(shares[0] >= 0.7)
    #expect(shares[1] >= 0.8)
    #expect(shares[2] == 1)
  }

  @Test("too long a patch is refused")
  func tooLong() throws {
    let problem = try RandomLayer(seed: 1, patchLength: 21, filterCount: 1).problem()
    #expect(
      throws: HashingError.invalidOption(
        name: "patch length", value: "21", allowed: "at most 20, as every code is tried")
    ) {
      try ExhaustiveSolver().solve(problem)
    }
  }

  @Test("the bound lies below the best codes of a longer filter, and above zero")
  func bound() throws {
    let problem = try RandomLayer(seed: 8, patchLength: 40, filterCount: 2).problem()
    let found = try solver(.search).solve(problem)
    for filter in 0..<2 {
      let climbed = LowerBound(steps: 40).value(problem, filter: filter)
      let plain = LowerBound(steps: 0).value(problem, filter: filter)
      #expect(plain <= 1e-4 * problem.energy[filter], "real weights explain everything")
      #expect(climbed > 0.1 * found.objective[filter])
      #expect(climbed <= found.objective[filter])
    }
  }
}
