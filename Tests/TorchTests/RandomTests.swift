import Testing
import ThrownErrors
import Torch

@Suite struct RandomTests {
  @Test func equalSeedsGiveEqualNumbers() throws {
    let draws = try (0..<2).map { _ in
      let generator = try Generator(seed: 42)
      return [
        try Tensor.randn([100], generator: generator).toFloats(),
        try Tensor.rand([100], generator: generator).toFloats(),
      ]
    }
    #expect(draws[0] == draws[1])
    let other = try Tensor.randn([100], generator: Generator(seed: 43)).toFloats()
    #expect(draws[0][0] != other)
    #expect(draws[0][1].allSatisfy { (0..<1).contains($0) })
  }

  @Test func aRestoredStateGoesOnWithTheSameNumbers() throws {
    let generator = try Generator(seed: 7)
    // An odd count leaves half of a pair of normal numbers behind, which belongs to the state.
    _ = try Tensor.randn([5], generator: generator)
    let state = try generator.state()
    let expected = try Tensor.randn([33], generator: generator).toFloats()
    let other = try Generator(seed: 1)
    try other.restore(state)
    #expect(try Tensor.randn([33], generator: other).toFloats() == expected)
    #expect(
      thrown(TorchError.self) { try other.restore([1, 2, 3]) }
        == "generator state: Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 3"
    )
  }

  /// The only test that draws from the process's own generator, so that none disturbs another.
  @Test func dropoutDrawsFromTheProcessGeneratorInTrainingOnly() throws {
    let x = try Tensor.ones([1000])
    #expect(try x.dropout(0.25, training: false).toFloats() == x.toFloats())
    try manualSeed(3)
    let generator = try Generator.process
    let state = try generator.state()
    let first = try x.dropout(0.25, training: true).toFloats()
    #expect(Set(first) == [0, Float(1) / 0.75])
    #expect((600...900).contains(first.count { $0 != 0 }))
    try generator.restore(state)
    #expect(try x.dropout(0.25, training: true).toFloats() == first)
    #expect(try x.dropout(0.25, training: true).toFloats() != first)
    try manualSeed(3)
    #expect(try x.dropout(0.25, training: true).toFloats() == first)
  }
}
