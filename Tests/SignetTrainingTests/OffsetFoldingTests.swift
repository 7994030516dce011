import SignetModel
import Testing

@testable import SignetTraining

/// An offset that is folded must leave the network's output where the offset added to the layer's
/// own output would put it.
@Suite struct OffsetFoldingTests {
  private enum Follower: CaseIterable {
    case batchNorm, batchNormAndAnother, nothing
  }

  private func model(_ follower: Follower, bias: Bool) throws -> Model {
    var g = GraphBuilder(inputShape: Tiny.shape)
    g.append(
      "layer",
      .convolution(
        Convolution(inputChannels: 3, outputChannels: 4, kernel: Size2D(3), hasBias: bias)),
      g.input)
    guard follower != .nothing else { return try Tiny.model(graph: g.graph(output: "layer")) }
    g.append("bn", .batchNorm(BatchNorm(channels: 4)), "layer")
    guard follower != .batchNorm else { return try Tiny.model(graph: g.graph(output: "bn")) }
    g.append("sum", .add, "bn", "layer")
    return try Tiny.model(graph: g.graph(output: "sum"))
  }

  @Test(arguments: Follower.allCases, [true, false])
  private func outputIsThatOfTheOffsetAddedToTheLayer(follower: Follower, bias: Bool) throws {
    let model = try model(follower, bias: bias)
    let offset: [Float] = [0.5, -2, 0.25, 3]
    let layer = try #require(model.graph.node(named: "layer"))
    let folding = OffsetFolding(layer: layer, graph: model.graph)
    #expect(
      folding == (follower == .batchNorm ? .batchNorm(name: "bn") : bias ? .bias : .newBias))
    var weights = model.weights
    try folding.apply(offset, layer: layer, weights: &weights)
    let graph =
      folding == .newBias
      ? try model.graph.replacing("layer", with: layer.operation.withBias) : model.graph
    let folded = try model.with(graph: graph, weights: weights)

    // The definition: the layer with a bias that holds its own and the offset.
    var plain = model.weights
    let own = model.weights["layer.bias"]?.floats ?? [0, 0, 0, 0]
    plain["layer.bias"] = try Weight(shape: [4], values: zip(own, offset).map(+))
    let expected = try model.with(
      graph: model.graph.replacing("layer", with: layer.operation.withBias), weights: plain)

    let images = Tiny.images(2)
    let mine = try Executor(model: folded).logits(images: images, count: 2)
    let theirs = try Executor(model: expected).logits(images: images, count: 2)
    // A handful of float32 roundings of numbers below 2⁵.
    for (a, b) in zip(mine, theirs) { #expect(abs(a - b) < 32 * 8 * Float.ulpOfOne) }
  }

  @Test func exactCodesLeaveTheNetworkAsItIs() throws {
    // Weights that are codes and scales already: hashing finds them, whatever the batch norm, and
    // the offset is zero up to rounding.
    let model = try Tiny.model()
    var weights = model.weights
    for layer in model.graph.layers {
      let name = layer.parameterName(.weight)
      let weight = try #require(weights[name])
      let codes = try BinaryCodes(signsOf: weight, codeCount: 1)
      weights[name] = try Weight(shape: weight.shape, values: codes.expanded)
    }
    let float = try model.with(weights: weights)
    let result = try Binarizer(
      options: BinarizationOptions(keep: .none, images: 24, batchSize: 12)
    ).run(float, dataset: QuarterDataset(count: 24))
    for record in result.provenance.layerRecords { #expect(record.errorAfter < 1e-5) }
    let images = Tiny.images(3)
    let mine = try Executor(model: result).logits(images: images, count: 3)
    let theirs = try Executor(model: float).logits(images: images, count: 3)
    for (a, b) in zip(mine, theirs) { #expect(abs(a - b) < 1e-3 * max(1, abs(b))) }
  }
}
