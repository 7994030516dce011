import SignetModel
import Testing

@testable import SignetTraining

/// Which layers stay in float in networks of all forms, and why.
@Suite struct KeptLayerTests {
  private func convolution(
    _ input: Int, _ output: Int, kernel: Int = 1, groups: Int = 1
  ) -> NodeOperation {
    .convolution(
      Convolution(
        inputChannels: input, outputChannels: output, kernel: Size2D(kernel),
        padding: Padding2D(kernel / 2), groups: groups, hasBias: false))
  }

  private func kept(_ graph: Graph, _ pattern: KeepPattern = .usual) throws -> [String: String] {
    Dictionary(
      try pattern.keptLayers(of: graph).map { ($0.name, "\($0.reason)") },
      uniquingKeysWith: { first, _ in first })
  }

  /// Two stems that meet, a trunk, two heads on it and one in its middle.
  private func branched() throws -> Graph {
    var g = GraphBuilder(inputs: [
      GraphInput(name: "left", shape: .map(3, 4, 4)),
      GraphInput(name: "right", shape: .map(1, 4, 4)),
    ])
    g.append("a", convolution(3, 4), "left")
    g.append("b", convolution(1, 4), "right")
    g.append("sum", .add, "a", "b")
    g.append("trunk1", convolution(4, 4), "sum")
    g.append("relu", .relu, "trunk1")
    g.append("trunk2", convolution(4, 4), "relu")
    g.append("residual", .add, "trunk2", "relu")
    g.append("small", convolution(4, 2), "residual")
    g.append("large", convolution(4, 2), "residual")
    g.append("joined", .concatenate, "small", "large")
    g.append("scores", convolution(4, 5), "residual")
    return try g.graph(outputs: [
      GraphOutput(name: "boxes", value: "joined"), GraphOutput(name: "classes", value: "scores"),
      GraphOutput(name: "features", value: "relu"),
    ])
  }

  @Test func theEndsOfEveryInputAndOutput() throws {
    #expect(
      try kept(branched()) == [
        "a": "first layer behind 'left'", "b": "first layer behind 'right'",
        "small": "last layer before 'boxes'", "large": "last layer before 'boxes'",
        "scores": "last layer before 'classes'", "trunk1": "last layer before 'features'",
      ])
    #expect(
      try kept(branched(), KeepPattern(parsing: "trunk2,first")).keys.sorted() == [
        "a", "b", "trunk2",
      ])
    #expect(try kept(branched(), .none).isEmpty)
  }

  /// The blocks of a residual network all reach its output, but for additions.
  @Test func aResidualNetworkKeepsTwo() throws {
    var g = GraphBuilder(inputShape: .map(3, 4, 4))
    g.append("stem", convolution(3, 4), g.input)
    g.append("c1", convolution(4, 4), "stem")
    g.append("add1", .add, "c1", "stem")
    g.append("c2", convolution(4, 4), "add1")
    g.append("add2", .add, "c2", "add1")
    let graph = try g.graph(output: "add2")
    #expect(try kept(graph).keys.sorted() == ["c2", "stem"])
    #expect("\(KeepPattern.usual.applied(to: graph))" == "first,last")
  }

  @Test func depthwiseConvolutionsHoldOneChannelPerFilter() throws {
    var g = GraphBuilder(inputShape: .map(3, 4, 4))
    g.append("stem", convolution(3, 4), g.input)
    g.append("plain", convolution(4, 4, groups: 4), "stem")
    g.append("doubled", convolution(4, 8, groups: 4), "plain")
    g.append("grouped", convolution(8, 8, groups: 4), "doubled")
    g.append("point", convolution(8, 8), "grouped")
    g.append("fc", convolution(8, 2), "point")
    let graph = try g.graph(output: "fc")
    let layers = try kept(graph)
    #expect(layers["plain"] == "depthwise" && layers["doubled"] == "depthwise")
    #expect(layers.keys.sorted() == ["doubled", "fc", "plain", "stem"])
    #expect("\(KeepPattern.usual.applied(to: graph))" == "first,last,depthwise")
    #expect(try kept(graph, KeepPattern(parsing: "first,last")).keys.sorted() == ["fc", "stem"])
  }

  /// A detector's sides of boxes: a distribution over 4 distances each, whose mean a layer of fixed
  /// weights takes.
  @Test func distributionsOfBoxSides() throws {
    var g = GraphBuilder(inputShape: .map(3, 2, 2))
    g.append("stem", convolution(3, 4), g.input)
    g.append("mid", convolution(4, 4), "stem")
    g.append("sides", convolution(4, 16), "mid")
    g.append(
      "split",
      .transpose(Transposition(extents: [4, 4, 2, 2], order: [1, 0, 2, 3], shape: .map(4, 4, 4))),
      "sides")
    g.append("softmax", .softmax(axis: 0), "split")
    g.append("mean", convolution(4, 1), "softmax")
    let graph = try g.graph(output: "mean")
    #expect(
      try kept(graph, KeepPattern(parsing: "distribution")) == [
        "sides": "box distribution", "mean": "box distribution",
      ])
    let usual = try kept(graph)
    #expect(usual["sides"] == "last layer before 'mean'")
    #expect(usual["mean"] == "box distribution")
    #expect(usual["mid"] == nil)
  }
}
