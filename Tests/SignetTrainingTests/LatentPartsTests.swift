import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// What stands beside codes while a weight is trained.
@Suite struct LatentPartsTests {
  /// Two groups of two filters on two channels of four positions.
  private func weight() throws -> (weight: Weight, codes: BinaryCodes) {
    var random = SplitMix64(seed: 5)
    let rows = try CodeRows(codeCounts: [2, 1, 3, 1])
    let codes = try BinaryCodes(
      signs: (0..<rows.count * 8).map { _ in Bool.random(using: &random) ? 1 : -1 },
      scales: (0..<rows.count).map { 0.5 / Float($0 + 1) }, rows: rows, patchLength: 8,
      constants: [0.1, -0.2, 0, 0.3],
      inputScales: InputScales([0.5, 1, 2, 1.25], channelCount: 2))
    return (try Weight(shape: [4, 2, 2, 2], storage: .binary(codes)), codes)
  }

  @Test(arguments: [false, true])
  func theStartIsTheWeightItself(hasTeacher: Bool) throws {
    let (weight, codes) = try weight()
    let teacher = try Weight(shape: weight.shape, values: weight.floats.map { $0 + 0.05 })
    let latent = try LatentWeight(
      weight: weight, codes: codes, teacher: hasTeacher ? teacher : nil,
      straightThrough: StraightThrough())
    #expect(try latent.codes() == codes)
    #expect(try latent.weight(StraightThrough()).toFloats() == weight.floats)
    #expect(try latent.weight(StraightThrough(), training: true).toFloats() == weight.floats)
  }

  @Test func constantsLearnAndCodesThatFiltersLackDoNot() throws {
    let (weight, codes) = try weight()
    let latent = try LatentWeight(
      weight: weight, codes: codes, teacher: nil, straightThrough: StraightThrough())
    let constant = try #require(latent.constant)
    for tensor in [constant, latent.scale] { try tensor.setRequiresGrad() }
    try latent.weight(StraightThrough(), training: true).sum().backward()
    // Σ over a filter's inputs of c: four positions of each channel of its group.
    let gradient = try constant.grad
    #expect(try gradient?.toFloats() == [6, 6, 13, 13])
    let gradients = try latent.scale.grad
    let scales = try #require(try gradients?.toFloats())
    #expect([5, 7, 8, 9, 11].map { scales[$0] } == [0, 0, 0, 0, 0])
    #expect([0, 1, 2, 3].allSatisfy { scales[$0].isFinite })
  }

  @Test func latentsStandForWhatCodesAreToExplain() throws {
    let (weight, codes) = try weight()
    let floats = weight.floats
    let part = codes.codedPart(of: floats)
    let plain = try codes.with(
      scales: codes.scales, constants: nil, inputScales: nil
    ).expanded
    for (part, plain) in zip(part, plain) { #expect(abs(part - plain) < 1e-5) }
  }
}
