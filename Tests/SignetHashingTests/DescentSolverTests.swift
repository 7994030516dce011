import HashingOracles
import Testing

@testable import SignetHashing

@Suite("Fast coordinate descent")
struct DescentSolverTests {
  static let shapes: [(Int, Int)] = [
    (1, 1), (7, 3), (9, 17), (27, 3), (64, 1), (147, 3), (272, 2), (300, 3),
  ]

  static func solver(
    _ instructionSet: Kernels.InstructionSet?, sweeps: Int = 20, codes: Int = 1, threads: Int = 1
  ) -> DescentSolver {
    var solver = DescentSolver(
      HashingOptions(sweeps: sweeps, effort: .paper, codes: codes, threads: threads))
    solver.instructionSet = instructionSet
    return solver
  }

  @Test("the same codes as the reference, on every kernel", arguments: shapes)
  func sameCodes(patchLength: Int, filterCount: Int) throws {
    let layer = RandomLayer(
      seed: UInt64(patchLength), patchLength: patchLength, filterCount: filterCount, drift: 0.2)
    let problem = try layer.problem()
    let expected = try ReferenceSolver(sweeps: 20).solve(problem)
    for instructionSet in Kernels.available {
      let found = try Self.solver(instructionSet).solve(problem)
      #expect(found.codes == expected.codes, "\(instructionSet)")
      #expect(found.flips == expected.flips)
      #expect(found.sweeps == expected.sweeps)
      for filter in 0..<filterCount {
        let scale = problem.energy[filter]
        #expect(abs(found.objective[filter] - expected.objective[filter]) <= 1e-5 * scale)
        #expect(
          abs(found.initialObjective[filter] - expected.initialObjective[filter]) <= 1e-5 * scale)
        #expect(
          abs(found.scales[filter] - expected.scales[filter]) <= 1e-5 * expected.scales[filter])
      }
    }
  }

  @Test("several codes: the same as the reference", arguments: [2, 3, 4])
  func severalCodes(codes: Int) throws {
    for (patchLength, filterCount) in [(1, 1), (9, 3), (27, 3), (65, 2)] {
      let layer = RandomLayer(
        seed: UInt64(patchLength + codes), patchLength: patchLength, filterCount: filterCount)
      let problem = try layer.problem()
      let expected = try ReferenceSolver(sweeps: 10, codes: codes).solve(problem)
      let found = try Self.solver(nil, sweeps: 10, codes: codes).solve(problem)
      #expect(found.codes == expected.codes, "\(patchLength)")
      for filter in 0..<filterCount {
        #expect(
          abs(found.objective[filter] - expected.objective[filter])
            <= 1e-5 * problem.energy[filter])
      }
    }
  }

  @Test("the objective is what the patches say, and falls with every sweep")
  func objectiveIsTrue() throws {
    let layer = RandomLayer(seed: 5, patchLength: 45, filterCount: 4, drift: 0.3)
    let problem = try layer.problem()
    var last = [Double](repeating: .infinity, count: 4)
    for sweeps in 0..<6 {
      let solution = try Self.solver(nil, sweeps: sweeps).solve(problem)
      for (filter, direct) in layer.objective(solution).enumerated() {
        #expect(abs(direct - solution.objective[filter]) <= 1e-5 * problem.energy[filter])
        #expect(solution.objective[filter] <= last[filter] + 1e-6 * problem.energy[filter])
        last[filter] = solution.objective[filter]
      }
    }
  }

  @Test("threads do not change a bit")
  func threads() throws {
    let problem = try RandomLayer(seed: 6, patchLength: 80, filterCount: 37).problem()
    let one = try Self.solver(nil, threads: 1).solve(problem)
    for threads in [2, 3, 8] {
      #expect(try Self.solver(nil, threads: threads).solve(problem) == one)
    }
  }
}
