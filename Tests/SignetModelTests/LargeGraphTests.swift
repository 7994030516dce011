import Foundation
import Testing

@testable import SignetModel

/// Passes over a graph take time in proportion to its nodes, and no stack.
@Suite struct LargeGraphTests {
  private static let count = 100_000

  /// Every second node is read by two others.
  private func ladder(_ count: Int) throws -> Graph {
    var builder = GraphBuilder(inputShape: .map(1, 1, 1))
    var last = builder.append("n0", .relu, builder.input)
    for index in 1..<count {
      last =
        index % 2 == 0
        ? builder.append("n\(index)", .add, last, "n\(index - 2)")
        : builder.append("n\(index)", .relu, last)
    }
    return try builder.graph(output: last)
  }

  @Test func lookingUpIsFast() throws {
    let graph = try ladder(Self.count)
    let clock = ContinuousClock()
    let elapsed = clock.measure {
      var readers = 0
      for node in graph.nodes {
        #expect(graph.node(named: node.name) == node)
        readers += graph.consumers(of: node.name).count
      }
      // The first node reads the input, which is no node.
      #expect(readers == graph.nodes.reduce(0) { $0 + $1.inputs.count } - 1)
    }
    #expect(elapsed < .seconds(20))
    #expect(graph.node(named: "none") == nil)
    #expect(graph.consumers(of: Graph.inputName).map(\.name) == ["n0"])
  }

  /// A node that reads a value twice is one reader.
  @Test func readersAreCountedOnce() throws {
    var builder = GraphBuilder(inputShape: .map(1, 1, 1))
    builder.append("sum", .add, builder.input, builder.input)
    let graph = try builder.graph(output: "sum")
    #expect(graph.consumers(of: Graph.inputName).map(\.name) == ["sum"])
  }

  /// As many chained nodes as the header of a model file holds come back from one.
  @Test func chainsComeBackFromFiles() throws {
    var builder = GraphBuilder(inputShape: .map(1, 1, 1))
    var last = builder.append("d", .dropout(rate: 0.5), builder.input)
    for index in 0..<15_000 { last = builder.append("d\(index)", .dropout(rate: 0.5), last) }
    let graph = try builder.graph(output: last)
    let model = try Model(graph: graph, weights: [:], preprocessing: .fashionMNIST)
    let back = try Model(fileData: Fixture.fileData(model), path: "chain")
    #expect(back == model)
    #expect(try back.foldingBatchNorms().graph == graph)
  }

  @Test func foldingFindsLayersByName() throws {
    var builder = GraphBuilder(inputShape: .map(1, 1, 1))
    var last = builder.input
    var weights: [String: Weight] = [:]
    for index in 0..<4_000 {
      last = builder.append(
        "c\(index)",
        .convolution(
          Convolution(
            inputChannels: 1, outputChannels: 1, kernel: Size2D(1), hasBias: false)), last)
      weights["c\(index).weight"] = try Weight(shape: [1, 1, 1, 1], values: [0.5])
      last = builder.append("b\(index)", .batchNorm(BatchNorm(channels: 1, epsilon: 0)), last)
      for (role, value) in [
        (ParameterRole.weight, Float(2)), (.bias, 1), (.runningMean, 0), (.runningVariance, 4),
      ] {
        weights["b\(index).\(role.rawValue)"] = try Weight(shape: [1], values: [value])
      }
    }
    let model = try Model(
      graph: builder.graph(output: last), weights: weights, preprocessing: .fashionMNIST)
    let clock = ContinuousClock()
    var folded: Model?
    let elapsed = try clock.measure { folded = try model.foldingBatchNorms() }
    #expect(elapsed < .seconds(10))
    #expect(folded?.graph.nodes.count == 4_000)
    #expect(folded?.weights["c7.weight"]?.floats == [0.5])
    #expect(folded?.weights["c7.bias"]?.floats == [1])
  }
}
