import Testing
import Torch

/// Deterministic numbers in −1 … 1 that do not come from the library under test.
func noise(_ count: Int, seed: UInt64 = 1) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 23) - 1
  }
}

func noiseTensor(_ shape: [Int], seed: UInt64 = 1) throws -> Tensor {
  try Tensor(noise(shape.reduce(1, *), seed: seed), shape: shape)
}

func expectClose(
  _ found: [Double], _ expected: [Double], within tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, sourceLocation: sourceLocation)
  for (index, (a, b)) in zip(found, expected).enumerated() {
    #expect(
      abs(a - b) <= tolerance * max(1, abs(b)), "element \(index): \(a), expected \(b)",
      sourceLocation: sourceLocation)
  }
}

/// The gradient of `loss` by central differences, in double precision.
func numericalGradient(
  _ values: [Double], shape: [Int], step: Double = 1e-5, _ loss: (Tensor) throws -> Tensor
) throws -> [Double] {
  try values.indices.map { index in
    var moved = values
    moved[index] = values[index] + step
    let above = try loss(Tensor(moved, shape: shape)).item()
    moved[index] = values[index] - step
    let below = try loss(Tensor(moved, shape: shape)).item()
    return (above - below) / (2 * step)
  }
}
