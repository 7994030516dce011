import Testing
import ThrownErrors

@testable import SignetHashing

@Suite("Whole weights")
struct WholeWeightTests {
  private func solver(
    _ counts: [Int], constants: Bool = true, channels: Int? = nil,
    effort: HashingOptions.Effort = .search, threads: Int = 1, seed: UInt64 = 1
  ) -> WholeWeightSolver {
    WholeWeightSolver(
      HashingOptions(effort: effort, threads: threads, seed: seed), codeCounts: counts,
      fitsConstants: constants, inputChannels: channels)
  }

  /// The least objective over all codes of one filter, α and β being the best of each, by the
  /// normal equations of (α, β) on the patches themselves.
  private func exhaustive(_ layer: RandomLayer, filter: Int) -> Double {
    let (size, count) = (layer.patchLength, layer.patchCount)
    let targets = (0..<count).map { Double(layer.outputs[$0 * layer.filterCount + filter]) }
    return (0..<(1 << size)).map { bits in
      var (aa, ab, bb, ay, by, yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for patch in 0..<count {
        var (coded, sum) = (0.0, 0.0)
        for input in 0..<size {
          let value = Double(layer.patches[patch * size + input])
          coded += bits >> input & 1 == 1 ? value : -value
          sum += value
        }
        aa += coded * coded
        ab += coded * sum
        bb += sum * sum
        ay += coded * targets[patch]
        by += sum * targets[patch]
        yy += targets[patch] * targets[patch]
      }
      let determinant = aa * bb - ab * ab
      guard determinant > 1e-9 * aa * bb else { return yy - (bb > 0 ? by * by / bb : 0) }
      let scale = (ay * bb - by * ab) / determinant
      let constant = (by * aa - ay * ab) / determinant
      return yy - scale * ay - constant * by
    }.min() ?? .nan
  }

  @Test("constants and codes together are the best there are", arguments: 1...9)
  func constants(size: Int) throws {
    let layer = RandomLayer(
      seed: UInt64(70 + size), patchLength: size, filterCount: 3, drift: 0.2, mean: 0.3)
    let problem = try layer.problem()
    let solution = try solver([1, 1, 1]).solve(problem)
    let direct = layer.objective(solution)
    for filter in 0..<3 {
      let slack = 1e-5 * problem.energy[filter]
      #expect(abs(solution.objective[filter] - direct[filter]) <= slack)
      #expect(abs(direct[filter] - exhaustive(layer, filter: filter)) <= slack)
    }
  }

  @Test("a constant is the best for its codes", arguments: [0, 0.3] as [Float], [1, 3])
  func bestConstant(ridge: Float, codes: Int) throws {
    let layer = RandomLayer(seed: 81, patchLength: 24, filterCount: 3, drift: 0.1, mean: 0.4)
    let problem = try layer.problem(centred: true, ridge: ridge)
    let solution = try solver([codes, codes, codes]).solve(problem)
    let products = try KernelProducts(threads: 1)
    for step in [-1e-2, 1e-2] as [Float] {
      let moved = solution.estimate.map { $0 + step }
      let errors = try problem.squaredErrors(estimate: moved, products: products)
      for filter in 0..<3 { #expect(errors[filter] > solution.objective[filter]) }
    }
  }

  @Test("constants and scales of inputs each explain more", arguments: [1, 2])
  func gains(codes: Int) throws {
    for seed in 1...4 {
      let problem = try Self.uneven(seed: UInt64(seed)).problem(centred: true)
      let counts = [Int](repeating: codes, count: 6)
      func error(_ constants: Bool, _ channels: Int?) throws -> Double {
        try solver(counts, constants: constants, channels: channels).solve(problem).errorAfter
      }
      let plain = try error(false, nil)
      let (constant, scaled) = (try error(true, nil), try error(false, 9))
      let both = try error(true, 9)
      #expect(constant < plain && scaled < 0.9 * plain)
      #expect(both < constant && both < scaled)
      let base = try DescentSolver(
        HashingOptions(effort: .search, codes: codes, threads: 1, seed: 1)
      ).solve(problem)
      #expect(abs(plain - base.errorAfter) <= 1e-6)
    }
  }

  /// Channels whose weights differ in size, four inputs each.
  private static func uneven(seed: UInt64) -> RandomLayer {
    RandomLayer(
      seed: seed, patchLength: 36, filterCount: 6, drift: 0.1, mean: 0.5,
      weightFactor: { 0.2 + Float($0 / 4 % 3) })
  }

  @Test("scales of inputs fit the codes better than those before, and stay positive")
  func refit() throws {
    let layer = Self.uneven(seed: 9)
    let problem = try layer.problem()
    let products = try KernelProducts(threads: 1)
    let importance = [1, 2, 0.5, 1, 3, 1]
    let fit = InputScaleFit(
      problem: problem, channelCount: 9, importance: importance, products: products)
    let estimate = try solver([1, 1, 1, 1, 1, 1]).solve(problem).estimate
    func error(_ scales: [Float]) throws -> Double {
      let spread = fit.spread(scales)
      let weights = estimate.indices.map { estimate[$0] * spread[$0 % 36] }
      let errors = try problem.squaredErrors(estimate: weights, products: products)
      return zip(errors, importance).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let before = [Float](repeating: 1, count: 9)
    let after = fit.refitted(before, estimate: estimate)
    #expect(after.allSatisfy { $0 >= InputScaleFit.least && $0.isFinite })
    #expect(abs(after.reduce(0) { $0 + $1 * $1 } / 9 - 1) < 1e-3)
    // The mean square of 1 is a factor that scales of codes take up: compare at the best factor.
    let best =
      try (50...150).map { percent in
        try error(after.map { $0 * Float(percent) / 100 })
      }.min() ?? .nan
    let first = try error(before)
    #expect(best < 0.98 * first)
    #expect(fit.start()[0] < fit.start()[1] && fit.start()[1] < fit.start()[2])
  }

  @Test("filters have the codes that they are given")
  func counts() throws {
    let layer = RandomLayer(seed: 83, patchLength: 18, filterCount: 5, drift: 0.2)
    let problem = try layer.problem()
    let counts = [2, 1, 4, 1, 3]
    let solution = try solver(counts, constants: false).solve(problem)
    #expect(solution.codeCounts == counts && solution.codeCount == 4)
    #expect(solution.codes.count == 11 * 18 && solution.scales.count == 11)
    #expect(solution.constants == nil && solution.inputScales == nil)
    for (filter, direct) in layer.objective(solution).enumerated() {
      #expect(abs(direct - solution.objective[filter]) <= 1e-5 * problem.energy[filter])
    }
    // Each filter is as it is among filters of as many codes.
    let one = try solver([1, 1, 1, 1, 1], constants: false).solve(problem)
    let more = try solver([4, 4, 4, 4, 4], constants: false).solve(problem)
    #expect(solution.objective[1] < 1.05 * one.objective[1])
    #expect(solution.objective[2] < 0.2 * one.objective[2])
    #expect(more.objective[2] < 0.2 * one.objective[2])
  }

  @Test("the same on any number of threads")
  func threads() throws {
    let problem = try Self.uneven(seed: 12).problem(centred: true)
    let counts = [1, 2, 1, 3, 2, 1]
    let one = try solver(counts, channels: 9).solve(problem)
    #expect(try solver(counts, channels: 9, threads: 3).solve(problem) == one)
  }

  @Test("zeros, single inputs and inputs that never change are solved")
  func degenerate() throws {
    let single = RandomLayer(seed: 84, patchLength: 1, filterCount: 2, mean: 1)
    let solved = try solver([1, 2], channels: 1).solve(single.problem())
    #expect(solved.errorAfter < 1e-6)
    for centred in [false, true] {
      let sums = try CalibrationSums(
        patchLength: 4, filterCount: 2, patchCount: 3, gram: [Float](repeating: 12, count: 16),
        correlation: [0, 0, 0, 0, 24, 24, 24, 24], inputSum: [6, 6, 6, 6], outputSum: [0, 12],
        outputSquares: [0, 48])
      let weights: [Float] = [0, 0, 0, 0, 1, 0.5, 0.25, 0.25]
      let problem = try sums.problem(weights: weights, centred: centred)
      let solution = try solver([1, 1], channels: 2).solve(problem)
      #expect(solution.estimate.allSatisfy { $0.isFinite })
      #expect(solution.objective.allSatisfy { $0 <= 1e-4 })
      let scales = try #require(solution.inputScales)
      #expect(scales.allSatisfy { $0 > 0 && $0.isFinite })
    }
    let nothing = try LayerProblem(
      patchLength: 2, filterCount: 1, gram: [0, 0, 0, 0], correlation: [0, 0], weights: [0, 0],
      energy: [0])
    let zeros = try solver([2], channels: 2).solve(nothing)
    #expect(zeros.estimate == [0, 0] && zeros.errorAfter == 0)
  }

  @Test("what does not fit the problem is refused")
  func refused() throws {
    let problem = try RandomLayer(seed: 85, patchLength: 6, filterCount: 2).problem()
    var odd = solver([1, 1])
    odd.importance = [1]
    var infinite = solver([1, 1])
    infinite.importance = [1, .nan]
    let texts = [solver([1]), solver([1, 5]), solver([1, 1], channels: 4), odd, infinite].map {
      solver in thrown(HashingError.self) { try solver.solve(problem) }
    }
    #expect(
      texts == [
        "the numbers of codes: expected 2 elements, found 1",
        "codes 5 is not allowed; expected 1 to 4",
        "input channels 4 is not allowed; expected a divisor of the patch length 6",
        "what the filters count: expected 2 elements, found 1",
        "what the filters count: element 1 is NaN or infinite",
      ])
  }
}
