import SignetModel
import Testing

@testable import SignetTraining

/// Filters in the order of their numbers of codes must leave the network's output as it was.
@Suite struct FilterOrderingTests {
  private func model(readTwice: Bool) throws -> Model {
    var g = GraphBuilder(inputShape: Tiny.shape)
    func conv(_ input: Int, _ output: Int, groups: Int = 1) -> NodeOperation {
      .convolution(
        Convolution(
          inputChannels: input, outputChannels: output, kernel: Size2D(3), padding: Padding2D(1),
          groups: groups, hasBias: true))
    }
    g.append("one", conv(3, 6), g.input)
    g.append("bn", .batchNorm(BatchNorm(channels: 6)), "one")
    g.append("relu", .relu, "bn")
    g.append("deep", conv(6, 6, groups: 6), "relu")
    g.append("two", conv(6, 5), "deep")
    g.append("pool", .globalAveragePool, "two")
    g.append("three", conv(5, 6), "pool")
    guard readTwice else { return try Tiny.model(graph: g.graph(output: "three")) }
    g.append("shortcut", conv(6, 6), "relu")
    g.append("mean", .globalAveragePool, "shortcut")
    g.append("sum", .add, "three", "mean")
    return try Tiny.model(graph: g.graph(output: "sum"))
  }

  @Test(arguments: [false, true])
  func outputStays(readTwice: Bool) throws {
    let float = try model(readTwice: readTwice)
    var weights = float.weights
    for (name, counts) in ["one": [2, 1, 3, 1, 2, 1], "two": [2, 2, 1, 4, 1]] {
      let weight = try #require(weights["\(name).weight"])
      let codes = try BinaryCodes(signsOf: weight, codeCounts: counts)
      weights["\(name).weight"] = try Weight(
        shape: weight.shape,
        storage: .binary(
          codes.with(
            scales: codes.scales, constants: FloatValues(counts.indices.map { Float($0) / 10 }),
            inputScales: InputScales(
              (0..<weight.shape[1]).map { 1 + Float($0) / 4 }, channelCount: weight.shape[1]))))
    }
    let model = try float.with(weights: weights)
    let ordered = try FilterOrdering.applied(to: model)
    #expect(
      ordered.weights["one.weight"]?.codes?.codeCounts
        == (readTwice ? [2, 1, 3, 1, 2, 1] : [1, 1, 1, 2, 2, 3]))
    #expect(ordered.weights["two.weight"]?.codes?.codeCounts == [1, 1, 2, 2, 4])
    let images = Tiny.images(3)
    let before = try Executor(model: model).logits(images: images, count: 3)
    let after = try Executor(model: ordered).logits(images: images, count: 3)
    let most = before.reduce(0) { max($0, abs($1)) }
    for (before, after) in zip(before, after) { #expect(abs(before - after) <= 1e-5 * most) }
  }
}
