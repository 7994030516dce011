import SignetModel
import SignetRuntime
import Testing

/// Planning walks along what a file chains; it must need no stack for it.
@Suite struct DeepGraphTests {
  private func model(_ builder: GraphBuilder, output: String) throws -> Model {
    let graph = try builder.graph(output: output)
    return try Model(
      graph: graph,
      weights: graph.parameters.reduce(into: [:]) { weights, parameter in
        weights[parameter.name] = try Weight(
          shape: parameter.shape,
          values: [Float](repeating: 0.5, count: parameter.shape.reduce(1, *)))
      }, preprocessing: .fashionMNIST)
  }

  /// The chain stands behind the layer whose sum reads it, and so would be made ahead of it.
  @Test func aShortcutOfManyDropouts() throws {
    var builder = GraphBuilder(inputShape: .map(1, 1, 1))
    let layer = builder.append(
      "layer",
      .convolution(
        Convolution(inputChannels: 1, outputChannels: 1, kernel: Size2D(1), hasBias: false)),
      builder.input)
    var last = builder.input
    for index in 0..<15_000 { last = builder.append("d\(index)", .dropout(rate: 0.5), last) }
    builder.append("sum", .add, layer, last)
    let model = try model(builder, output: "sum")
    #expect(try Engine(model: model).run([3]) == [4.5])
  }

  @Test func aShortcutOfAFewDropoutsIsStillFused() throws {
    var builder = GraphBuilder(inputShape: .map(1, 1, 1))
    let layer = builder.append(
      "layer",
      .convolution(
        Convolution(inputChannels: 1, outputChannels: 1, kernel: Size2D(1), hasBias: false)),
      builder.input)
    var last = builder.input
    for index in 0..<3 { last = builder.append("d\(index)", .dropout(rate: 0.5), last) }
    builder.append("sum", .add, layer, last)
    let engine = try Engine(model: try model(builder, output: "sum"))
    #expect(try engine.run([3]) == [4.5])
    // Input, the layer with its sum, output.
    #expect(engine.plan.steps.count == 3)
  }

  @Test func concatenationsWithinConcatenations() throws {
    var builder = GraphBuilder(inputShape: .map(1, 1, 1))
    var last = builder.append("first", .relu, builder.input)
    for index in 0..<20_000 {
      last = builder.append("c\(index)", .concatenate, last, builder.input)
    }
    let model = try model(builder, output: last)
    #expect(try Engine(model: model).run([3]) == [Float](repeating: 3, count: 20_001))
  }
}
