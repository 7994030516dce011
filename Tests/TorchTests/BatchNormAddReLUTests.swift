import Testing
import ThrownErrors
import Torch

/// The fused step against libtorch's batch norm, addition and ReLU.
@Suite struct BatchNormAddReLUTests {
  struct Result {
    var value, input, residual, weight, bias, mean, variance: [Double]
  }

  struct Case: Sendable {
    var shape: [Int]
    var adds = false
    var type = DType.float32
    var channelsLast = true
    var offset: Float = 0
  }

  static let cases = [1, 5, 16, 17, 48, 64].flatMap { channels in
    [false, true].map { Case(shape: [3, channels, 5, 7], adds: $0) }
  }

  @Test(arguments: cases)
  func isWhatItStandsFor(_ test: Case) throws {
    try compare(test, within: 1e-5)
  }

  /// Many blocks of rows.
  @Test func isWhatItStandsForOnLargeMaps() throws {
    try compare(Case(shape: [16, 16, 33, 32], adds: true), within: 2e-5)
  }

  /// A mean that is large beside the deviation leaves few digits, and eight bits are few: where the
  /// ReLU bends, some gradients may then go the other way.
  @Test(arguments: [
    Case(shape: [16, 16, 33, 32], offset: 100),
    Case(shape: [3, 20, 9, 8], type: .bfloat16),
    Case(shape: [3, 20, 9, 8], adds: true, type: .bfloat16),
  ])
  func isNearWhatItStandsForWhereDigitsAreFew(_ test: Case) throws {
    let (fused, plain) = (try result(test, fused: true), try result(test, fused: false))
    let unit = test.type == .bfloat16 ? 0x1p-8 : 1e-4
    expectClose(fused.value, plain.value, within: 4 * unit)
    expectClose(fused.mean, plain.mean, within: unit)
    expectClose(fused.variance, plain.variance, within: unit)
    for (found, expected) in [
      (fused.input, plain.input), (fused.residual, plain.residual), (fused.weight, plain.weight),
      (fused.bias, plain.bias),
    ] {
      let error = zip(found, expected).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
      let size = expected.map { $0 * $0 }.reduce(0, +)
      #expect(found.count == expected.count && error <= 0.03 * 0.03 * size)
    }
  }

  /// Where channels are not adjacent, and in double precision, libtorch's own are used.
  @Test func otherLayoutsAndTypes() throws {
    try compare(Case(shape: [3, 5, 4, 4], adds: true, channelsLast: false), within: 1e-6)
    try compare(Case(shape: [3, 5, 4, 4], type: .float64), within: 1e-12)
  }

  @Test func aWrongResidualThrows() throws {
    let ones = try Tensor.full(1, [4])
    #expect(
      thrown(TorchError.self) {
        _ = try noiseTensor([2, 4, 3, 3]).channelsLast().batchNormAddReLU(
          residual: noiseTensor([2, 4, 3, 2]), weight: ones, bias: ones,
          runningMean: ones.clone(), runningVariance: ones.clone())
      }
        == "batchNormAddReLU: The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 3"
    )
  }

  private func compare(_ test: Case, within tolerance: Double) throws {
    let (fused, plain) = (try result(test, fused: true), try result(test, fused: false))
    expectClose(fused.value, plain.value, within: tolerance)
    expectClose(fused.input, plain.input, within: tolerance)
    expectClose(fused.residual, plain.residual, within: tolerance)
    let rows = Double(test.shape[0] * test.shape[2] * test.shape[3]).squareRoot()
    expectClose(fused.weight, plain.weight, within: tolerance * rows)
    expectClose(fused.bias, plain.bias, within: tolerance * rows)
    expectClose(fused.mean, plain.mean, within: tolerance)
    expectClose(fused.variance, plain.variance, within: tolerance)
  }

  private func result(_ test: Case, fused: Bool) throws -> Result {
    let channels = test.shape[1]
    func images(_ seed: UInt64) throws -> Tensor {
      let images = try noiseTensor(test.shape, seed: seed).to(test.type)
      return test.channelsLast ? try images.channelsLast() : images
    }
    let parameterType = test.type == .float64 ? DType.float64 : .float32
    let input = try (images(1) + Double(test.offset)).detach()
    let residual = try images(2)
    let weight = try noiseTensor([channels], seed: 3).to(parameterType)
    let bias = try noiseTensor([channels], seed: 4).to(parameterType)
    let mean = try noiseTensor([channels], seed: 5).to(parameterType)
    let variance = try Tensor.full(1, [channels]).to(parameterType)
    for tensor in [input, residual, weight, bias] { try tensor.setRequiresGrad() }
    let value: Tensor
    if fused {
      value = try input.batchNormAddReLU(
        residual: test.adds ? residual : nil, weight: weight, bias: bias, runningMean: mean,
        runningVariance: variance, momentum: 0.3, epsilon: 1e-3)
    } else {
      let normal = try input.batchNorm(
        weight: weight, bias: bias, runningMean: mean, runningVariance: variance, training: true,
        momentum: 0.3, epsilon: 1e-3)
      value = try (test.adds ? normal + residual : normal).relu()
    }
    try value.backward(seed: images(6))
    return Result(
      value: try value.toDoubles(), input: try #require(try input.grad).toDoubles(),
      residual: try residual.grad?.toDoubles() ?? [],
      weight: try #require(try weight.grad).toDoubles(),
      bias: try #require(try bias.grad).toDoubles(), mean: try mean.toDoubles(),
      variance: try variance.toDoubles())
  }
}
