import HashingOracles
import Testing
import ThrownErrors

@testable import SignetHashing

@Suite("Ill-posed layers")
struct IllPosedTests {
  static let solvers: [any LayerSolver] = [
    SignSolver(), ReferenceSolver(), ErrorFeedbackSolver(),
    DescentSolver(HashingOptions(effort: .paper, threads: 1)),
    DescentSolver(HashingOptions(effort: .search, threads: 1)),
    DescentSolver(HashingOptions(effort: .starts, codes: 2, threads: 1)), ExhaustiveSolver(),
  ]

  private func check(_ solution: LayerSolution, _ problem: LayerProblem) {
    #expect(solution.codes.allSatisfy { $0 == 1 || $0 == -1 })
    #expect(solution.scales.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(solution.objective.allSatisfy { $0.isFinite })
    #expect(solution.errorAfter.isFinite && solution.errorBefore.isFinite)
    for filter in 0..<problem.filterCount {
      let before = solution.initialObjective[filter]
      #expect(solution.objective[filter] <= before + 1e-5 * abs(before))
    }
  }

  @Test("dead inputs keep the signs of their weights")
  func deadInputs() throws {
    var generator = Generator(seed: 50)
    let weights = generator.normals(2 * 9)
    let layer = RandomLayer(seed: 50, patchLength: 9, filterCount: 2)
    var gram = try layer.problem().gram
    for dead in [2, 7] {
      for other in 0..<9 {
        gram[dead * 9 + other] = 0
        gram[other * 9 + dead] = 0
      }
    }
    let correlation = (0..<2).flatMap { filter in
      (0..<9).map { row in
        (0..<9).reduce(Float(0)) { $0 + gram[row * 9 + $1] * weights[filter * 9 + $1] }
      }
    }
    let energy = (0..<2).map { filter in
      (0..<9).reduce(0.0) {
        $0 + Double(weights[filter * 9 + $1]) * Double(correlation[filter * 9 + $1])
      }
    }
    let problem = try LayerProblem(
      patchLength: 9, filterCount: 2, gram: gram, correlation: correlation, weights: weights,
      energy: energy)
    for solver in Self.solvers {
      let solution = try solver.solve(problem)
      check(solution, problem)
      for index in [2, 7, 9 + 2, 9 + 7] {
        #expect(solution.codes[index] == (weights[index] < 0 ? -1 : 1), "\(solver)")
      }
    }
  }

  @Test("all inputs dead: sign and mean magnitude remain")
  func allDead() throws {
    let problem = try LayerProblem(
      patchLength: 3, filterCount: 1, gram: [Float](repeating: 0, count: 9),
      correlation: [0, 0, 0], weights: [1, -2, 3], energy: [0])
    for solver in Self.solvers {
      let solution = try solver.solve(problem)
      check(solution, problem)
      #expect(Array(solution.codes[0..<3]) == [1, -1, 1])
      #expect(solution.scales[0] == 2)
      #expect(solution.errorAfter == 0)
    }
  }

  @Test("duplicated inputs, fewer patches than inputs, codes that cancel")
  func singular() throws {
    var generator = Generator(seed: 51)
    // Two patches of twelve inputs, every input there twice with opposite signs.
    let half = generator.normals(2 * 6)
    var patches: [Float] = []
    for patch in 0..<2 {
      for input in 0..<6 {
        patches += [half[patch * 6 + input], -half[patch * 6 + input]]
      }
    }
    let weights = [Float](repeating: 1, count: 12)  // sign(w) has no output at all
    var sums = try CalibrationSums(patchLength: 12, filterCount: 1)
    try sums.add(
      patches: patches, outputs: [0.5, -1],
      products: KernelProducts(kernels: Kernels.chosen(), threads: 1))
    let problem = try sums.problem(weights: weights, centred: false)
    for solver in Self.solvers {
      check(try solver.solve(problem), problem)
    }
    let found = try DescentSolver(HashingOptions(effort: .search, threads: 1)).solve(problem)
    let best = try ExhaustiveSolver().solve(problem)
    #expect(found.objective[0] <= best.objective[0] + 1e-3 * problem.energy[0])
  }

  @Test("a handful of distinct patches: moves that gain nothing come to an end", arguments: 1...4)
  func fewPatches(codes: Int) throws {
    var generator = Generator(seed: 57)
    // As images of one colour give: all inputs alike but at the borders.
    let size = 144
    let levels = generator.normals(size / 9).map(abs)
    let patches = (0..<9).flatMap { border in
      (0..<size).map { input in border == input % 9 ? 0 : levels[input / 9] }
    }
    let weights = generator.normals(8 * size)
    let outputs = (0..<9).flatMap { patch in
      (0..<8).map { filter in
        (0..<size).reduce(Float(0)) {
          $0 + patches[patch * size + $1] * weights[filter * size + $1]
        }
      }
    }
    var sums = try CalibrationSums(patchLength: size, filterCount: 8)
    for _ in 0..<200 {
      try sums.add(
        patches: patches, outputs: outputs,
        products: KernelProducts(kernels: Kernels.chosen(), threads: 1))
    }
    let problem = try sums.problem(weights: weights)
    for instructionSet in Kernels.available {
      var solver = DescentSolver(HashingOptions(effort: .search, codes: codes, threads: 1))
      solver.instructionSet = instructionSet
      let solution = try solver.solve(problem)
      check(solution, problem)
      // A kick is worth a few sweeps, whose moves most inputs take no part in.
      let kicks = 16_000 / max(1, codes * codes / 2)
      #expect(solution.flips < 8 * kicks * 40, "\(instructionSet): \(solution.flips)")
      #expect(solution.errorAfter < 1e-3)
    }
  }

  @Test("outputs opposite to the weights: the code turns round, the scale stays positive")
  func negativeScale() throws {
    let layer = RandomLayer(seed: 52, patchLength: 14, filterCount: 2)
    let plain = try layer.problem()
    let problem = try LayerProblem(
      patchLength: 14, filterCount: 2, gram: plain.gram,
      correlation: plain.correlation.map { -$0 }, weights: plain.weights, energy: plain.energy)
    for solver in Self.solvers where !(solver is SignSolver) {
      let solution = try solver.solve(problem)
      check(solution, problem)
      #expect(solution.errorAfter < 0.6, "\(solver)")
    }
  }

  @Test("filters without output or without weights")
  func zeroFilters() throws {
    let plain = try RandomLayer(seed: 53, patchLength: 8, filterCount: 1).problem()
    let problem = try LayerProblem(
      patchLength: 8, filterCount: 2, gram: plain.gram,
      correlation: [Float](repeating: 0, count: 8) + plain.correlation,
      weights: [Float](repeating: 0, count: 8) + plain.weights, energy: [0] + plain.energy)
    for solver in Self.solvers {
      let solution = try solver.solve(problem)
      check(solution, problem)
      #expect(abs(solution.objective[0]) <= 1e-9)
    }
  }

  @Test("one constant output: everything is offset once centred")
  func constantOutput() throws {
    let layer = RandomLayer(seed: 54, patchLength: 6, filterCount: 1)
    var sums = try CalibrationSums(patchLength: 6, filterCount: 1)
    try sums.add(
      patches: layer.patches, outputs: [Float](repeating: 2.5, count: layer.patchCount),
      products: KernelProducts(kernels: Kernels.chosen(), threads: 1))
    let problem = try sums.problem(weights: layer.weights)
    let solution = try DescentSolver(HashingOptions(threads: 1)).solve(problem)
    let offset = sums.outputOffset(solution: solution)
    let direct = layer.patchCount
    #expect(solution.objective[0] <= 1e-3 * Double(direct))
    #expect(solution.scales[0] <= 1e-2)
    #expect(abs(offset[0] - 2.5) <= 0.1)
  }

  @Test("ridge ties codes to the weights, and must not be negative")
  func ridge() throws {
    let layer = RandomLayer(seed: 55, patchLength: 16, filterCount: 2, patchCount: 4)
    let free = try layer.problem()
    let tied = try layer.problem(ridge: 1000)
    let solution = try ReferenceSolver().solve(tied)
    #expect(solution.codes == layer.weights.map { $0 < 0 ? -1 : 1 })
    #expect(try ReferenceSolver().solve(free).codes != solution.codes)
    #expect(
      thrown(HashingError.self) { try free.withRidge(-0.1) }
        == "ridge -0.1 is not allowed; expected 0 or more")
    #expect(
      thrown(HashingError.self) { try free.withRidge(.nan) }
        == "ridge nan is not allowed; expected 0 or more")
  }
}
