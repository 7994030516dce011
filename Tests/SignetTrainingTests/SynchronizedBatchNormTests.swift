import SideBySide
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// Two members of a group, each with a part of a batch, against one that has all of it.
@Suite(.serialized) struct SynchronizedBatchNormTests {
  private struct Outcome: Sendable {
    var values: [Float]
    var inputGradient: [Float]
    var weightGradient: [Float]
    var mean: [Float]
    var variance: [Float]
  }

  private static let norm = BatchNorm(channels: 3)

  private static func outcome(
    _ input: Tensor, _ apply: (Tensor, [ParameterRole: Tensor]) throws -> Tensor
  ) throws -> Outcome {
    let parameters: [ParameterRole: Tensor] = [
      .weight: try Tensor([0.5, 1, 2] as [Float], shape: [3]),
      .bias: try Tensor([0.1, 0, -1] as [Float], shape: [3]),
      .runningMean: try Tensor.zeros([3]), .runningVariance: try Tensor.ones([3]),
    ]
    let weight = try #require(parameters[.weight])
    for tensor in [input, weight] { try tensor.setRequiresGrad() }
    let value = try apply(input, parameters)
    // Something whose gradient by the input is not zero by symmetry.
    let loss = try (value.square() * value).sum()
    try loss.backward()
    return Outcome(
      values: try value.toFloats(), inputGradient: try #require(try input.grad).toFloats(),
      weightGradient: try #require(try weight.grad).toFloats(),
      mean: try #require(parameters[.runningMean]).toFloats(),
      variance: try #require(parameters[.runningVariance]).toFloats())
  }

  private static func images(_ range: Range<Int>, of all: [Float]) throws -> Tensor {
    try Tensor(
      Array(all[range.lowerBound * 60..<range.upperBound * 60]), shape: [range.count, 3, 4, 5])
  }

  @Test func partsOfABatchAreNormalisedAsTheWhole() throws {
    let generator = try Generator(seed: 3)
    let all = try Tensor.randn([6, 3, 4, 5], generator: generator).toFloats()
    let whole = try Self.outcome(Self.images(0..<6, of: all)) { input, parameters in
      try input.batchNorm(
        weight: parameters[.weight], bias: parameters[.bias],
        runningMean: parameters[.runningMean], runningVariance: parameters[.runningVariance],
        training: true, momentum: Double(Self.norm.momentum), epsilon: Double(Self.norm.epsilon))
    }
    let port = UInt16.random(in: 30_000..<50_000)
    // Of sizes that differ.
    let ranges = [0..<2, 2..<6]
    let parts = try sideBySide(2) { rank in
      let store = try ProcessStore(
        host: "127.0.0.1", port: port, serves: rank == 0, prefix: "norm", timeout: 20)
      let group = try ProcessGroup(store: store, rank: rank, count: 2, timeout: 20)
      return try Self.outcome(Self.images(ranges[rank], of: all)) { input, parameters in
        try Self.norm.apply(to: input, parameters: parameters, over: group)
      }
    }
    expect(parts.flatMap(\.values), near: whole.values)
    expect(parts.flatMap(\.inputGradient), near: whole.inputGradient)
    // A weight's gradient is a sum over images.
    expect(zip(parts[0].weightGradient, parts[1].weightGradient).map(+), near: whole.weightGradient)
    for part in parts {
      expect(part.mean, near: whole.mean)
      expect(part.variance, near: whole.variance)
    }
  }

  private func expect(_ found: [Float], near expected: [Float]) {
    #expect(found.count == expected.count)
    let scale = expected.map(abs).max() ?? 1
    for (own, other) in zip(found, expected) { #expect(abs(own - other) <= 2e-5 * scale) }
  }
}
