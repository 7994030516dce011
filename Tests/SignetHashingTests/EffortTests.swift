import HashingOracles
import Testing

@testable import SignetHashing

@Suite("Effort")
struct EffortTests {
  private func solve(
    _ problem: LayerProblem, _ effort: HashingOptions.Effort, codes: Int = 1, seed: UInt64 = 1,
    threads: Int = 1
  ) throws -> LayerSolution {
    try DescentSolver(
      HashingOptions(effort: effort, codes: codes, threads: threads, seed: seed)
    ).solve(problem)
  }

  @Test("more effort is never worse for any filter", arguments: 1...3)
  func monotone(codes: Int) throws {
    for (patchLength, drift) in [(5, 0), (27, 0.3)] as [(Int, Float)] {
      let problem = try RandomLayer(
        seed: UInt64(patchLength), patchLength: patchLength, filterCount: 3, drift: drift
      ).problem()
      var last = try solve(problem, .paper, codes: codes)
      for effort in [HashingOptions.Effort.starts, .search] {
        let next = try solve(problem, effort, codes: codes)
        for filter in 0..<3 { #expect(next.objective[filter] <= last.objective[filter]) }
        last = next
      }
    }
  }

  /// With several codes there are so many optima that the short search leaves better ones.
  @Test("the long search is never worse than the short one, and finds more", arguments: [40, 80])
  func longSearch(patchLength: Int) throws {
    let problem = try RandomLayer(
      seed: UInt64(patchLength), patchLength: patchLength, filterCount: 2
    ).problem()
    let short = try solve(problem, .search, codes: 4)
    let long = try solve(problem, .longSearch, codes: 4)
    for filter in 0..<2 { #expect(long.objective[filter] <= short.objective[filter]) }
    #expect(long.errorAfter < 0.99 * short.errorAfter)
  }

  @Test("the same seed gives the same codes on any number of threads")
  func deterministic() throws {
    let problem = try RandomLayer(seed: 41, patchLength: 30, filterCount: 5).problem()
    let one = try solve(problem, .search, seed: 7)
    #expect(try solve(problem, .search, seed: 7) == one)
    #expect(try solve(problem, .search, seed: 7, threads: 3) == one)
  }

  @Test("the search improves on descent, and every kernel's search does")
  func search() throws {
    let layer = RandomLayer(seed: 42, patchLength: 90, filterCount: 2)
    let problem = try layer.problem()
    for instructionSet in Kernels.available {
      var solver = DescentSolver(HashingOptions(effort: .paper, threads: 1))
      solver.instructionSet = instructionSet
      let paper = try solver.solve(problem)
      solver.options.effort = .search
      let found = try solver.solve(problem)
      #expect(found.errorAfter < 0.97 * paper.errorAfter)
      for (direct, told) in zip(layer.objective(found), found.objective) {
        #expect(abs(direct - told) <= 1e-5 * (problem.energy.max() ?? 0))
      }
    }
  }

  @Test("codes that move together explain more than codes in turn", arguments: 2...4)
  func together(codes: Int) throws {
    let layer = RandomLayer(seed: 45, patchLength: 48, filterCount: 2)
    let problem = try layer.problem()
    let inTurn = try ReferenceSolver(codes: codes).solve(problem)
    for instructionSet in Kernels.available {
      var solver = DescentSolver(HashingOptions(effort: .starts, codes: codes, threads: 1))
      solver.instructionSet = instructionSet
      let together = try solver.solve(problem)
      #expect(together.errorAfter < inTurn.errorAfter, "\(instructionSet)")
      for (direct, told) in zip(layer.objective(together), together.objective) {
        #expect(abs(direct - told) <= 1e-5 * (problem.energy.max() ?? 0))
      }
    }
    #expect(try solve(problem, .search, codes: codes).errorAfter < 0.85 * inTurn.errorAfter)
  }

  @Test("each further code explains more")
  func codes() throws {
    let layer = RandomLayer(seed: 43, patchLength: 27, filterCount: 3)
    let problem = try layer.problem()
    var last = try solve(problem, .starts, codes: 1)
    for codes in 2...4 {
      let next = try solve(problem, .starts, codes: codes)
      #expect(next.errorAfter < 0.6 * last.errorAfter)
      for (direct, told) in zip(layer.objective(next), next.objective) {
        #expect(abs(direct - told) <= 1e-5 * (problem.energy.max() ?? 0))
      }
      last = next
    }
  }

  @Test("error feedback alone beats refitted signs, and descent from it beats it")
  func errorFeedback() throws {
    for size in [7, 130, 150] {
      let problem = try RandomLayer(seed: 44, patchLength: size, filterCount: 2).problem()
      let sign = try SignSolver().solve(problem)
      let rounded = try ErrorFeedbackSolver().solve(problem)
      let best = try solve(problem, .starts)
      #expect(rounded.errorAfter < sign.errorAfter)
      #expect(best.errorAfter <= rounded.errorAfter)
    }
  }
}
