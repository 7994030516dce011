import HashingOracles
import Testing

@testable import SignetHashing

@Suite("Calibration sums")
struct CalibrationSumsTests {
  @Test("centring: objective and offset are those of the patches", arguments: [0, 0.4] as [Float])
  func centring(drift: Float) throws {
    let layer = RandomLayer(
      seed: 11, patchLength: 19, filterCount: 4, patchCount: 90, drift: drift, mean: 0.8)
    let sums = try layer.sums()
    let problem = try sums.problem(weights: layer.weights)
    let solution = try ReferenceSolver().solve(problem)
    let offsets = sums.outputOffset(solution: solution)
    let direct = layer.objective(solution, offsets: offsets)
    for filter in 0..<4 {
      #expect(abs(direct[filter] - solution.objective[filter]) <= 1e-4 * problem.energy[filter])
      // Any other offset is worse, on either side.
      for shift in [-0.05, 0.05] as [Float] {
        var moved = offsets
        moved[filter] += shift
        #expect(layer.objective(solution, offsets: moved)[filter] > direct[filter])
      }
    }
  }

  @Test("not centred: the plain objective and no offset")
  func notCentred() throws {
    let layer = RandomLayer(seed: 12, patchLength: 10, filterCount: 2, mean: 0.5)
    let sums = try layer.sums()
    let solution = try ReferenceSolver().solve(
      try sums.problem(weights: layer.weights, centred: false))
    #expect(sums.outputOffset(solution: solution, centred: false) == [0, 0])
    for (filter, direct) in layer.objective(solution).enumerated() {
      #expect(abs(direct - solution.objective[filter]) <= 1e-5 * solution.energy[filter])
    }
  }

  @Test("chunks add up to the whole")
  func chunks() throws {
    let layer = RandomLayer(seed: 13, patchLength: 9, filterCount: 3, patchCount: 50)
    let products = KernelProducts(kernels: try Kernels.chosen(), threads: 2)
    var chunked = try CalibrationSums(patchLength: 9, filterCount: 3)
    for first in stride(from: 0, to: 50, by: 16) {
      let end = min(50, first + 16)
      try chunked.add(
        patches: Array(layer.patches[first * 9..<end * 9]),
        outputs: Array(layer.outputs[first * 3..<end * 3]), products: products)
    }
    let whole = try layer.sums()
    #expect(chunked.patchCount == 50)
    for (one, other) in zip(chunked.gram, whole.gram) {
      #expect(abs(one - other) <= 1e-5 * 50 * 4)
    }
    for (one, other) in zip(chunked.correlation, whole.correlation) {
      #expect(abs(one - other) <= 1e-4 * 50)
    }
    for (one, other) in zip(chunked.inputSum, whole.inputSum) {
      #expect(abs(one - other) < 1e-9)
    }
  }

  @Test("an input that never varies leaves the centred problem")
  func constantInput() throws {
    let count = 40
    var generator = Generator(seed: 14)
    var patches: [Float] = []
    var outputs: [Float] = []
    for _ in 0..<count {
      let (first, last) = (generator.normal(), generator.normal())
      patches += [first, 3.7, last]
      outputs.append(first + 0.5 * 3.7 - 0.25 * last)
    }
    var sums = try CalibrationSums(patchLength: 3, filterCount: 1)
    try sums.add(
      patches: patches, outputs: outputs,
      products: KernelProducts(kernels: Kernels.chosen(), threads: 1))
    let problem = try sums.problem(weights: [1, -0.5, -0.25])
    #expect(problem.gram[3..<6] == [0, 0, 0])
    #expect(problem.correlation[1] == 0)
    let solution = try DescentSolver().solve(problem)
    #expect(solution.codes[1] == -1, "a dead input keeps the sign of its weight")
  }

  @Test("wrong sizes are named")
  func wrongSizes() throws {
    #expect(throws: HashingError.emptyProblem(patchLength: 0, filterCount: 2)) {
      try CalibrationSums(patchLength: 0, filterCount: 2)
    }
    var sums = try CalibrationSums(patchLength: 4, filterCount: 2)
    let products = KernelProducts(kernels: try Kernels.chosen(), threads: 1)
    #expect(throws: HashingError.wrongSize(buffer: .inputs, expected: 4, found: 5)) {
      try sums.add(patches: [0, 0, 0, 0, 0], outputs: [0, 0], products: products)
    }
    #expect(throws: HashingError.wrongSize(buffer: .outputs, expected: 2, found: 3)) {
      try sums.add(patches: [0, 0, 0, 0], outputs: [0, 0, 0], products: products)
    }
  }
}
