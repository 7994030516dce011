import SignetData
import SignetModel
import Testing

@testable import SignetTraining

/// How far layers are from the float network's.
@Suite struct DeviationTests {
  private let data = QuarterDataset(count: 6)

  private func deviations(_ model: Model, against float: Model) throws -> [LayerDeviation] {
    try DeviationMeasurement(model, against: float).run(data, of: model)
  }

  private func scaling(_ name: String, of model: Model, by factor: Float) throws -> Model {
    var weights = model.weights
    let weight = try #require(weights[name])
    weights[name] = try Weight(shape: weight.shape, values: weight.floats.map { factor * $0 })
    return try model.with(weights: weights)
  }

  @Test func aNetworkIsNotFarFromItself() throws {
    let model = try Tiny.model()
    let result = try deviations(model, against: model)
    #expect(result.map(\.name) == model.graph.layers.map(\.name))
    #expect(result.allSatisfy { $0.relativeError == 0 })
  }

  @Test func aDoubledLayerIsAsFarAsItsOutput() throws {
    let model = try Tiny.model()
    let changed = try scaling("conv1.weight", of: model, by: 2)
    let result = try deviations(changed, against: model)
    // ‖2y − y‖² = ‖y‖²
    #expect(abs(result[0].relativeError - 1) < 1e-5)
    #expect(result.last?.relativeError ?? 0 > 0)
    let halved = try deviations(scaling("conv1.weight", of: model, by: 0.5), against: model)
    #expect(abs(halved[0].relativeError - 0.25) < 1e-5)
  }

  @Test func foldedBatchNormsAreCompared() throws {
    let model = try Tiny.model()
    let folded = try model.foldingBatchNorms()
    #expect(folded.graph.nodes.count < model.graph.nodes.count)
    let result = try deviations(folded, against: model)
    #expect(result.count == model.graph.layers.count)
    #expect(result.allSatisfy { $0.relativeError < 1e-8 })
  }

  @Test func layersThatTheOtherHasNotAreLeftOut() throws {
    let model = try Tiny.model()
    let nodes = model.graph.nodes.map { node in
      Node(
        node.name == "fc2" ? "head" : node.name, node.operation,
        inputs: node.inputs.map { $0 == "fc2" ? "head" : $0 })
    }
    let graph = try Graph(
      inputShape: model.graph.inputShape, nodes: nodes,
      output: model.graph.output == "fc2" ? "head" : model.graph.output)
    let weights = Dictionary(
      uniqueKeysWithValues: model.weights.map {
        ($0.key.hasPrefix("fc2.") ? "head." + $0.key.dropFirst(4) : $0.key, $0.value)
      })
    let renamed = try model.with(graph: graph, weights: weights)
    let result = try deviations(renamed, against: model)
    #expect(result.map(\.name) == model.graph.layers.dropLast().map(\.name))
  }
}
