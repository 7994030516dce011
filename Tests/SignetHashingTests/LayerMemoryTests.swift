import HashingOracles
import Testing
import ThrownErrors

@testable import SignetHashing

@Suite("Memory of a layer")
struct LayerMemoryTests {
  @Test("parts of the filters do not show", arguments: [1, 2], [0, 2])
  func parts(codes: Int, effort: Int) throws {
    let problem = try RandomLayer(seed: 60, patchLength: 37, filterCount: 11, drift: 0.2).problem()
    let effort = try #require(HashingOptions.Effort(rawValue: effort))
    var solver = DescentSolver(
      HashingOptions(effort: effort, codes: codes, threads: 2, seed: 3))
    let whole = try solver.solve(problem)
    for count in [1, 4, 10] {
      solver.filtersAtOnce = count
      #expect(try solver.solve(problem) == whole, "\(count) filters")
    }
  }

  @Test("large layers are solved in parts, small ones at once")
  func filtersAtOnce() {
    let large = LayerMemory(patchLength: 9216, filterCount: 4096, codes: 1)
    #expect(large.filtersAtOnce == (128 << 20) / (9216 * 26))
    #expect(large.gramBytes == 4 * 9216 * 9216)
    #expect(large.descentBytes < 2 * large.gramBytes)
    #expect(LayerMemory(patchLength: 4608, filterCount: 512, codes: 1).filtersAtOnce > 512)
    #expect(LayerMemory(patchLength: 1 << 24, filterCount: 4, codes: 4).filtersAtOnce == 16)
  }

  @Test("sums that move into the problem make the same one")
  func movedSums() throws {
    let layer = RandomLayer(seed: 61, patchLength: 19, filterCount: 4, drift: 0.3, mean: 0.5)
    var sums = try layer.sums()
    let solution = try ReferenceSolver().solve(try sums.problem(weights: layer.weights))
    let offset = sums.outputOffset(solution: solution)
    let copied = try sums.problem(weights: layer.weights)
    let moved = try sums.takeProblem(weights: layer.weights)
    #expect(moved.gram == copied.gram && moved.correlation == copied.correlation)
    #expect(moved.energy == copied.energy)
    #expect(sums.gram.isEmpty && sums.correlation.isEmpty)
    #expect(sums.outputOffset(solution: solution) == offset)
    #expect(sums.outputOffset(weights: solution.estimate) == offset)
  }

  @Test("the error of codes is that of the patches", arguments: [1, 3])
  func squaredError(codes: Int) throws {
    let layer = RandomLayer(seed: 62, patchLength: 23, filterCount: 5, drift: 0.2)
    let sums = try layer.sums()
    let problem = try sums.problem(weights: layer.weights, centred: false)
    let solution = try ReferenceSolver(codes: codes).solve(problem)
    let direct = layer.objective(solution).reduce(0, +)
    let products = try KernelProducts(threads: 2)
    let energy = problem.energy.reduce(0, +)
    for error in [
      try problem.squaredErrors(estimate: solution.estimate, products: products),
      try sums.squaredErrors(estimate: solution.estimate, products: products),
    ] {
      #expect(abs(error.reduce(0, +) - direct) <= 1e-5 * energy)
    }
    #expect(
      thrown(HashingError.self) {
        try problem.squaredErrors(estimate: [1], products: products)
      } == "the weights: expected \(5 * 23) elements, found 1")
  }

  @Test("a code that leaves only rounding gets no scale")
  func noise() {
    #expect(leastSquaresScales(matrix: [1e-6], right: [1], noise: 1e-5) == nil)
    #expect(leastSquaresScales(matrix: [4, 0, 0, 1e-6], right: [2, 1], noise: 1e-5) == [0.5, 0])
    #expect(leastSquaresScales(matrix: [4], right: [2], noise: 1e-5) == [0.5])
  }
}
