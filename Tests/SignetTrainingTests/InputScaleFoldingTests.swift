import SignetModel
import Testing

@testable import SignetTraining

/// Scales of inputs that are folded must leave the network's output as it was.
@Suite struct InputScaleFoldingTests {
  private enum Way: CaseIterable {
    case batchNorm, layer, readTwice, clipped
  }

  private func model(_ way: Way) throws -> Model {
    var g = GraphBuilder(inputShape: Tiny.shape)
    func conv(_ input: Int, _ output: Int, bias: Bool) -> NodeOperation {
      .convolution(
        Convolution(
          inputChannels: input, outputChannels: output, kernel: Size2D(3), padding: Padding2D(1),
          hasBias: bias))
    }
    g.append("maker", conv(3, 4, bias: true), g.input)
    var value = "maker"
    if way == .batchNorm { value = g.append("bn", .batchNorm(BatchNorm(channels: 4)), value) }
    value = g.append(
      "act", way == .clipped ? .activation(.clip(minimum: 0, maximum: 6)) : .relu, value)
    value = g.append("pool", .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2))), value)
    g.append("layer", conv(4, 4, bias: true), value)
    value = "layer"
    if way == .readTwice { value = g.append("sum", .add, "layer", "pool") }
    return try Tiny.model(graph: g.graph(output: value))
  }

  private func binary(_ weight: Weight, scales: [Float]?) throws -> Weight {
    let codes = try BinaryCodes(signsOf: weight)
    return try Weight(
      shape: weight.shape,
      storage: .binary(
        BinaryCodes(
          bytes: codes.bytes, scales: codes.scales, rows: codes.rows,
          patchLength: codes.patchLength, constants: FloatValues([0.1, -0.2, 0.3, 0]),
          inputScales: scales.map { try InputScales($0, channelCount: weight.shape[1]) })))
  }

  @Test(arguments: Way.allCases, [false, true])
  private func outputStays(way: Way, isMakerBinary: Bool) throws {
    let float = try model(way)
    var weights = float.weights
    weights["layer.weight"] = try binary(
      #require(weights["layer.weight"]), scales: [0.5, 2, 1.25, 0.01])
    if isMakerBinary {
      weights["maker.weight"] = try binary(#require(weights["maker.weight"]), scales: nil)
    }
    let model = try float.with(weights: weights)
    let folded = try InputScaleFolding.applied(to: model)
    let scales = try #require(folded.weights["layer.weight"]?.codes).inputScales
    #expect((scales == nil) == (way == .batchNorm || way == .layer))
    #expect(folded.weights["layer.weight"]?.codes?.constants != nil)
    let images = Tiny.images(3)
    let before = try Executor(model: model).logits(images: images, count: 3)
    let after = try Executor(model: folded).logits(images: images, count: 3)
    let most = before.reduce(0) { max($0, abs($1)) }
    for (before, after) in zip(before, after) { #expect(abs(before - after) <= 1e-5 * most) }
    #expect((folded.weights == model.weights) == (scales != nil))
  }

  @Test func scalesAreThereWhereTheyCostLittle() throws {
    func channels(_ way: Way, _ change: (inout BinarizationOptions) -> Void = { _ in }) throws
      -> Int?
    {
      let model = try model(way)
      var options = BinarizationOptions()
      change(&options)
      return LayerParts(
        codeCounts: [1, 1, 1, 1], layer: try #require(model.graph.node(named: "layer")),
        options: options, graph: model.graph, weights: model.weights
      ).scaledChannels
    }
    #expect(try channels(.batchNorm) == 4)
    // Four filters of nine positions do not pay for a number of each channel's own.
    #expect(try channels(.clipped) == nil)
    #expect(try channels(.batchNorm) { $0.scalesInputs = false } == nil)
    #expect(try channels(.batchNorm) { $0.keepToThePaper() } == nil)
    #expect(try channels(.batchNorm) { $0.method = .bwn } == nil)
  }
}
