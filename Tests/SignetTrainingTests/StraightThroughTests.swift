import Foundation
import SignetModel
import Testing
import ThrownErrors
import Torch

@testable import SignetTraining

/// Gradients against values worked out by hand for two filters of four weights.
extension ProcessGeneratorTests {
  @Suite struct StraightThroughTests {
    /// 1 × 2 × 4
    private let values: [Float] = [0.5, -0.25, 1.5, -0.75, -2, 0.5, 0.25, 1]
    /// ∂loss/∂W, O × I
    private let slopes: [Float] = [1, 2, 3, 4, -1, 0.5, 2, -3]
    private let scales: [Float] = [0.5, 2]

    private func latent(_ values: [Float]? = nil, standardizes: Bool = false) throws -> LatentWeight
    {
      var latent = LatentWeight(
        latent: try Tensor(values ?? self.values, shape: [1, 2, 4]),
        scale: try Tensor(scales, shape: [1, 2]))
      latent.standardizes = standardizes
      try latent.latent.setRequiresGrad()
      try latent.scale.setRequiresGrad()
      return latent
    }

    /// The weight and the gradients of latents and scales.
    private func pass(
      _ method: StraightThrough, progress: Double = 0, latent given: LatentWeight? = nil
    ) throws -> (weight: [Float], latents: [Float], scales: [Float]?) {
      let latent = try given ?? latent()
      let weight = try latent.weight(method, progress: progress, training: true)
      #expect(weight.shape == [2, 4])
      try weight.backward(seed: Tensor(slopes, shape: [2, 4]))
      return (
        try weight.toFloats(), try #require(try latent.latent.grad).toFloats(),
        try latent.scale.grad?.toFloats()
      )
    }

    private func isClose(_ a: [Float], _ b: [Float], _ tolerance: Float = 1e-6) -> Bool {
      a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    }

    private var signs: [Float] { values.map { $0 < 0 ? -1 : 1 } }

    @Test func identityIsTheSlopeTimesTheScale() throws {
      let result = try pass(StraightThrough())
      #expect(result.weight == [0.5, -0.5, 0.5, -0.5, -2, 2, 2, 2])
      #expect(result.latents == [0.5, 1, 1.5, 2, -2, 1, 4, -6])
      // Σ slope · sign
      #expect(result.scales == [-2, 0.5])
    }

    @Test func clippedStopsBeyondTheBound() throws {
      let result = try pass(StraightThrough(gradient: .clipped()))
      #expect(result.latents == [0.5, 1, 0, 2, 0, 1, 4, -6])
      #expect(result.scales == [-2, 0.5])
      #expect(
        try pass(StraightThrough(gradient: .clipped(bound: 0.5))).latents == [
          0.5, 1, 0, 0, 0, 1, 4, 0,
        ])
    }

    @Test(arguments: [0, 0.5, 1]) func errorDecayIsTheDerivativeOfItsTanh(progress: Double) throws {
      let t = [0: 0.1, 0.5: 1, 1: 10][progress] ?? .nan
      let k = [0: 10.0, 0.5: 1, 1: 1][progress] ?? .nan
      #expect(abs(ErrorDecay.steepness(progress: progress) - t) < 1e-12)
      let result = try pass(StraightThrough(gradient: .errorDecay), progress: progress)
      // The value is the sign's whatever the estimator, to the bit.
      #expect(result.weight == [0.5, -0.5, 0.5, -0.5, -2, 2, 2, 2])
      let expected = zip(values, slopes).enumerated().map { place, pair in
        let soft = Foundation.tanh(t * Double(pair.0))
        return Float(Double(scales[place / 4]) * k * t * (1 - soft * soft) * Double(pair.1))
      }
      #expect(isClose(result.latents, expected, 1e-5))
      #expect(result.scales == [-2, 0.5])
    }

    @Test func meanScalePassesTheGradientThroughTheMagnitudes() throws {
      let result = try pass(StraightThrough(scale: .mean))
      let alphas: [Float] = [0.75, 0.9375]
      #expect(result.weight == signs.enumerated().map { $1 * alphas[$0 / 4] })
      // ∂/∂w_i = α g_i + sign(w_i) / n · Σ_j g_j sign(w_j)
      let sums: [Float] = [-2, 0.5]
      let expected = (0..<8).map { (place: Int) -> Float in
        let through = signs[place] / 4 * sums[place / 4]
        return alphas[place / 4] * slopes[place] + through
      }
      #expect(isClose(result.latents, expected))
      #expect(result.scales == nil)
    }

    @Test func unitScaleIsBinaryConnect() throws {
      let result = try pass(StraightThrough(scale: .unit))
      #expect(result.weight == signs)
      #expect(result.latents == slopes)
      #expect(result.scales == nil)
    }

    @Test func standardisedLatentsGiveTheSignsOfTheirDeviations() throws {
      let latent = try latent(standardizes: true)
      let result = try pass(StraightThrough(scale: .unit), latent: latent)
      let rows = [Array(values[..<4]), Array(values[4...])]
      var expected: [Float] = []
      for (row, slope) in zip(rows, [Array(slopes[..<4]), Array(slopes[4...])]) {
        let mean = row.reduce(0, +) / 4
        let deviations = row.map { $0 - mean }
        let sigma = (deviations.reduce(0) { $0 + $1 * $1 } / 3).squareRoot()
        // Through the mean and the deviation: (g_i − ḡ − x_i Σ g_j x_j / (n − 1)) / σ
        let x = deviations.map { $0 / sigma }
        let along = zip(slope, x).reduce(0) { $0 + $1.0 * $1.1 } / 3
        let average = slope.reduce(0, +) / 4
        expected += zip(slope, x).map { ($0 - average - $1 * along) / sigma }
        #expect(
          isClose(
            Array(try latent.signed().toFloats()[(expected.count - 4)..<expected.count]), x, 1e-5))
      }
      #expect(isClose(result.latents, expected, 1e-5))
      #expect(result.weight == [1, -1, 1, -1, -1, 1, 1, 1])
    }

    @Test func stochasticCodesFollowTheHardSigmoid() throws {
      try manualSeed(11)
      let x = try Tensor([-3, -0.5, 0, 0.5, 3] as [Float], shape: [1, 1, 5])
      var ups = [Float](repeating: 0, count: 5)
      for _ in 0..<2000 {
        let codes = try StochasticCodes.drawn(from: x).toFloats()
        #expect(codes.allSatisfy { abs($0) == 1 })
        for (place, code) in codes.enumerated() where code > 0 { ups[place] += 1 }
      }
      #expect(ups[0] == 0 && ups[4] == 2000)
      // 2000 p expected; five standard deviations.
      for (place, expected) in [(1, 500), (2, 1000), (3, 1500)] as [(Int, Float)] {
        #expect(abs(ups[place] - expected) < 112)
      }
      let bounded = values.map { max(-1, min(1, $0)) }
      let result = try pass(
        StraightThrough(scale: .unit, rounding: .stochastic), latent: latent(bounded))
      #expect(result.weight.allSatisfy { abs($0) == 1 })
      #expect(result.latents == slopes)
      // Measured is the sign.
      #expect(
        try latent(bounded).weight(StraightThrough(scale: .unit, rounding: .stochastic)).toFloats()
          == signs)
    }

    @Test func rouletteTakesSmallErrorsMoreOften() throws {
      try manualSeed(5)
      let errors: [Float] = [0.1, 0.2, 0.4, 0.8]
      var wins = [Double](repeating: 0, count: 4)
      for _ in 0..<3000 {
        let draws = try Tensor.rand([4], generator: .process).toFloats()
        let one = QuantizedFilters.roulette(errors: errors, draws: draws, count: 1)
        #expect(one.filter { $0 }.count == 1)
        for place in 0..<4 where one[place] { wins[place] += 1 }
        let three = QuantizedFilters.roulette(errors: errors, draws: draws, count: 3)
        // Who wins the first spin is among the first three.
        #expect(zip(one, three).allSatisfy { !$0 || $1 } && three.filter { $0 }.count == 3)
      }
      // Probabilities 8, 4, 2, 1 of 15; five standard deviations are at most 137.
      for (place, share) in [8, 4, 2, 1].enumerated() {
        #expect(abs(wins[place] - 3000 * Double(share) / 15) < 137)
      }
    }

    @Test func filtersBecomeBinaryInFourStages() throws {
      #expect(
        [0, 0.24, 0.25, 0.5, 0.75, 0.99, 1].map(QuantizedFilters.share) == [
          0.5, 0.5, 0.75, 0.875, 1, 1, 1,
        ])
      let method = try #require(TrainingMethod.sqBWN.straightThrough)
      for (progress, binary) in [(0.0, 1), (0.9, 2)] {
        let result = try pass(method, progress: progress)
        let rows = [0, 4].map { Array(result.weight[$0..<$0 + 4]) }
        let isBinary = rows.map { Set($0.map(abs)).count == 1 }
        #expect(isBinary.filter { $0 }.count == binary)
        for (row, start) in zip(rows, [0, 4]) where Set(row.map(abs)).count > 1 {
          #expect(row == Array(values[start..<start + 4]))
        }
        #expect(result.latents == slopes)
      }
    }

    @Test func theDefaultMethodsAreThePublishedOnes() {
      #expect(TrainingMethod.float.straightThrough == nil)
      #expect(
        TrainingMethod.bwn.straightThrough == StraightThrough(gradient: .clipped(), scale: .mean))
      #expect(TrainingMethod.binaryConnect.straightThrough?.latentBound == 1)
      var options = TrainingOptions()
      options.take(.stochasticBinaryConnect)
      #expect(options.binary && options.straightThrough.rounding == .stochastic)
      options.straightThrough = StraightThrough(rounding: .filters)
      #expect(
        thrown(TrainingError.self) { try options.check() }
          == "scale: expected mean with rounding by filters, found learned")
    }

    @Test func dampeningPushesWhatIsNearZeroOutward() throws {
      let latents = try Tensor([-0.1, -0.025, 0, 0.0125, 0.05, 0.2] as [Float], shape: [1, 2, 3])
      try latents.setRequiresGrad()
      try Dampening(strength: 0.5, reach: 0.05).apply(to: [latents], learningRate: 0.02)
      #expect(isClose(try latents.toFloats(), [-0.1, -0.03, 0, 0.02, 0.05, 0.2]))
    }

    /// (w − 0.2)² has no minimum among ±1: its slope, 0.8 and −1.2 at the two, turns every code.
    @Test(arguments: [(0.0, 60...80), (1.5, 0...1)])
    func dampeningEndsAFlicker(strength: Double, flips: ClosedRange<Int>) throws {
      let latent = try Tensor([0.01 as Float], shape: [1, 1, 1])
      let rate = 0.02
      var codes: [Bool] = []
      for _ in 0..<100 {
        let isPositive = try latent.toFloats()[0] >= 0
        codes.append(isPositive)
        try latent.addInPlace(-rate * (isPositive ? 0.8 : -1.2))
        guard strength > 0 else { continue }
        try Dampening(strength: strength).apply(to: [latent], learningRate: rate)
      }
      #expect(flips.contains(zip(codes, codes.dropFirst()).filter { $0 != $1 }.count))
    }

    @Test func dampeningBelongsToLearnedScalesAndToNoPublishedMethod() throws {
      #expect(TrainingOptions.finetuning.straightThrough.dampening != nil)
      #expect(TrainingOptions.binaryTraining.straightThrough.dampening == nil)
      for method in TrainingMethod.allCases where method != .float {
        var options = TrainingOptions.finetuning
        options.take(method)
        #expect(options.straightThrough.dampening == nil && options.usualDampening == nil)
        options.straightThrough.scale = .learned
        #expect(options.usualDampening == TrainingOptions.finetuning.straightThrough.dampening)
        options.optimizer = .sgd(momentum: 0.9)
        #expect(options.usualDampening == nil)
      }
      var options = TrainingOptions.finetuning
      var texts: [String] = []
      for wrong in [Dampening(strength: 0), Dampening(strength: 1, reach: .nan)] {
        options.straightThrough.dampening = wrong
        texts.append(thrown(TrainingError.self) { try options.check() })
      }
      #expect(
        texts == [
          "dampening: expected above 0, found 0.0",
          "dampening's reach: expected above 0, found nan",
        ])
    }

    @Test func balancedLatentsKeepTheCodesUnderStandardisation() throws {
      let codes = try BinaryCodes(
        signs: [1, -1, -1, -1, 1, 1, 1, -1], scales: [0.5, 0.25], codeCount: 1, filterCount: 2,
        patchLength: 4)
      let weight = try Weight(shape: [2, 4], storage: .binary(codes))
      let teacher = try Weight(shape: [2, 4], values: [0.9, -0.1, -1e-9, 0.2, 3, 2, 1e-8, -0.1])
      for scale in [StraightThrough.Scale.learned, .mean] {
        let method = StraightThrough(scale: scale, standardizes: true)
        let latent = try LatentWeight(
          weight: weight, codes: codes, teacher: teacher, straightThrough: method)
        #expect(latent.standardizes)
        #expect(try latent.codes(scale).signs == codes.signs)
        #expect(isClose(try latent.codes(scale).scales.array, [0.5, 0.25]))
        let sums = try latent.latent.sum([2]).toFloats()
        #expect(sums.allSatisfy { abs($0) < 1e-6 })
      }
      // Codes that are all alike have no zero mean to be brought to.
      let alike = try BinaryCodes(
        signs: [1, 1, 1, -1], scales: [1, 1], codeCount: 1, filterCount: 2, patchLength: 2)
      let plain = try LatentWeight(
        weight: Weight(shape: [2, 2], storage: .binary(alike)), codes: alike, teacher: nil,
        straightThrough: StraightThrough(standardizes: true))
      #expect(!plain.standardizes)
      #expect(try plain.codes().signs == alike.signs)
    }
  }
}
