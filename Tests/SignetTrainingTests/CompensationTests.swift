import SignetData
import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// Layers that end a residual branch make up for the error of the values beside them.
@Suite struct CompensationTests {
  @Test func findsWhereBranchesEnd() throws {
    let model = try Tiny.model()
    func join(_ name: String) throws -> ResidualJoin? {
      ResidualJoin(
        layer: try #require(model.graph.node(named: name)), graph: model.graph,
        weights: model.weights)
    }
    for name in ["conv1", "block.conv1", "down", "fc1", "fc2"] {
      #expect(try join(name) == nil, "\(name)")
    }
    let found = try #require(try join("block.conv2"))
    #expect(found.others == ["relu1"])
    let gains = try #require(model.weights["block.bn2.weight"]?.floats)
    let variances = try #require(model.weights["block.bn2.running_var"]?.floats)
    let inverse = try #require(found.inverseFactors)
    for channel in 0..<8 {
      let expected = (variances[channel] + 1e-5).squareRoot() / gains[channel]
      #expect(abs(inverse[channel] - expected) < 1e-5 * expected)
    }
  }

  @Test func aValueAddedTwiceIsNoBranch() throws {
    var g = GraphBuilder(inputShape: Tiny.shape)
    g.append(
      "conv",
      .convolution(
        Convolution(
          inputChannels: 3, outputChannels: 3, kernel: Size2D(1), hasBias: false)), g.input)
    g.append("twice", .add, "conv", "conv")
    let twice = try g.graph(output: "twice")
    let layer = try #require(twice.node(named: "conv"))
    #expect(ResidualJoin(layer: layer, graph: twice, weights: [:]) == nil)

    var h = GraphBuilder(inputShape: Tiny.shape)
    h.append("conv", layer.operation, h.input)
    h.append("sum", .add, "conv", h.input)
    let plain = try h.graph(output: "sum")
    let join = try #require(ResidualJoin(layer: layer, graph: plain, weights: [:]))
    #expect(join.others == [Graph.inputName] && join.inverseFactors == nil)
  }

  @Test(arguments: [true, false]) func theSumErrsLess(shortcut: Bool) throws {
    let model = try Tiny.model(graph: shortcut ? shortcutGraph() : Tiny.graph())
    let data = QuarterDataset(count: 40)
    let batches = BatchLoader(
      dataset: data, shape: Tiny.shape, preprocessing: Tiny.preprocessing, batchSize: 40,
      shuffleSeed: 0
    ).batches(epoch: 0)
    let batch = try #require(try batches.next())
    let images = try Tensor(batch.images, shape: [40, 3, 8, 8])
    func sum(_ model: Model) throws -> Tensor {
      var sum: Tensor?
      _ = try Executor(model: model).forward(images) { node, value in
        if node.name == "block.add" { sum = value }
      }
      return try #require(sum)
    }
    let float = try sum(model)
    func error(_ compensates: Bool) throws -> Double {
      let options = BinarizationOptions(
        compensates: compensates, keep: .none, images: 40, batchSize: 16, effort: .starts)
      let binary = try Binarizer(options: options).run(model, dataset: data)
      return try (sum(binary) - float).norm().item() / float.norm().item()
    }
    #expect(try error(true) < 0.98 * error(false))
  }

  /// A block whose shortcut is a slice that stands behind the branch's last layer.
  private func shortcutGraph() throws -> Graph {
    var g = GraphBuilder(inputShape: Tiny.shape)
    func conv(_ input: Int, _ output: Int, stride: Int) -> NodeOperation {
      .convolution(
        Convolution(
          inputChannels: input, outputChannels: output, kernel: Size2D(3),
          stride: Size2D(stride), padding: Padding2D(1), hasBias: false))
    }
    g.append("conv1", conv(3, 8, stride: 1), g.input)
    g.append("relu1", .relu, "conv1")
    g.append("block.conv2", conv(8, 8, stride: 2), "relu1")
    let every = StridedSlice.Axis(start: 0, end: nil, step: 2)
    g.append("block.shortcut", .slice(StridedSlice(height: every, width: every)), "relu1")
    g.append("block.add", .add, "block.conv2", "block.shortcut")
    g.append("flatten", .flatten, "block.add")
    g.append("fc", .linear(Linear(inputs: 128, outputs: 4)), "flatten")
    return try g.graph(output: "fc")
  }
}
