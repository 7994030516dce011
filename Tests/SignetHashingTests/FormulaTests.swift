import HashingOracles
import Testing

@testable import SignetHashing

@Suite("Updates against their formulas, in double")
struct FormulaTests {
  @Test("scales solve the normal equations", arguments: 1...4)
  func leastSquares(count: Int) throws {
    var generator = Generator(seed: UInt64(count))
    let rows = 9
    let basis = (0..<count).map { _ in (0..<rows).map { _ in Double(generator.normal()) } }
    let target = (0..<rows).map { _ in Double(generator.normal()) }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let matrix = basis.flatMap { left in basis.map { dot(left, $0) } }
    let right = basis.map { dot($0, target) }
    let scales = try #require(leastSquaresScales(matrix: matrix, right: right))
    for row in 0..<count {
      let sum = (0..<count).reduce(0) { $0 + matrix[row * count + $1] * scales[$1] }
      #expect(abs(sum - right[row]) < 1e-9)
    }
    let least = layerObjective(
      energy: dot(target, target), matrix: matrix, right: right, scales: scales)
    for index in 0..<count {
      for shift in [-1e-3, 1e-3] {
        var moved = scales
        moved[index] += shift
        let other = layerObjective(
          energy: dot(target, target), matrix: matrix, right: right, scales: moved)
        #expect(other > least)
      }
    }
  }

  @Test("equal codes share one scale; no output at all gives none")
  func singular() {
    let scales = leastSquaresScales(matrix: [2, 2, 2, 2], right: [3, 3])
    #expect(scales?.sorted() == [0, 1.5])
    #expect(leastSquaresScales(matrix: [0, 0, 0, 0], right: [0, 0]) == nil)
    #expect(leastSquaresScales(matrix: [0, 0, 0, 4], right: [0, 2]) == [0, 0.5])
  }

  @Test("one sweep is b_j ← sign(q_j − α Σ_{i≠j} G_ji b_i), then α = bᵀq / bᵀGb")
  func oneSweep() throws {
    let problem = try RandomLayer(seed: 21, patchLength: 33, filterCount: 3, drift: 0.2).problem()
    let size = problem.patchLength
    for instructionSet in Kernels.available {
      var solver = DescentSolver(HashingOptions(sweeps: 1, effort: .paper, threads: 1))
      solver.instructionSet = instructionSet
      let solution = try solver.solve(problem)
      for filter in 0..<3 {
        let weights = problem.weights[filter * size..<(filter + 1) * size]
        var code = weights.map { $0 < 0 ? -1.0 : 1.0 }
        let scale = weights.reduce(0.0) { $0 + Double(abs($1)) } / Double(size)
        for input in 0..<size {
          var sum = Double(problem.correlation[filter * size + input])
          for other in 0..<size where other != input {
            sum -= scale * Double(problem.gram[input * size + other]) * code[other]
          }
          code[input] = sum < 0 ? -1 : 1
        }
        var correlation = 0.0
        var energy = 0.0
        for row in 0..<size {
          correlation += code[row] * Double(problem.correlation[filter * size + row])
          for column in 0..<size {
            energy += code[row] * code[column] * Double(problem.gram[row * size + column])
          }
        }
        #expect(solution.codes[filter * size..<(filter + 1) * size].map(Double.init) == code)
        let best = correlation / energy
        #expect(abs(Double(solution.scales[filter]) - best) <= 1e-5 * best)
      }
    }
  }

  @Test("sign and mean magnitude")
  func sign() throws {
    let problem = try LayerProblem(
      patchLength: 3, filterCount: 1, gram: [2, 0, 0, 0, 2, 0, 0, 0, 2],
      correlation: [1, -2, 6], weights: [0.5, -1, 3], energy: [20.5])
    let solution = try SignSolver().solve(problem)
    #expect(solution.codes == [1, -1, 1])
    #expect(solution.scales == [1.5])
    // 20.5 − 2 · 1.5 · 9 + 1.5² · 6
    #expect(abs(solution.objective[0] - 7) < 1e-9)
    #expect(solution.initialObjective == solution.objective)
    #expect(abs(solution.errorAfter - 7 / 20.5) < 1e-9)
    let two = try SignSolver(codes: 2).solve(problem)
    #expect(two.codes == [1, -1, 1, -1, 1, 1])
    #expect(abs(two.scales[1] - 1) < 1e-6)
  }
}
