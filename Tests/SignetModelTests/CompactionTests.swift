import Foundation
import Testing

@testable import SignetModel

@Suite struct CompactionTests {
  @Test(arguments: [0, 1, 2]) func batchNormIsFoldedByItsDefinition(codes: Int) throws {
    let model = try Fixture.model(codes: codes)
    let folded = try model.foldingBatchNorms()
    #expect(folded.graph.nodes.map(\.name) == ["conv", "relu", "flatten", "fc"])
    #expect(folded.graph.node(named: "relu")?.inputs == ["conv"])
    #expect(Set(folded.weights.keys) == ["conv.weight", "conv.bias", "fc.weight", "fc.bias"])
    func numbers(_ name: String) throws -> [Double] {
      try #require(model.weights[name]).floats.map(Double.init)
    }
    let (gain, shift) = (try numbers("bn.weight"), try numbers("bn.bias"))
    let (mean, variance) = (try numbers("bn.running_mean"), try numbers("bn.running_var"))
    let (weight, bias) = (try numbers("conv.weight"), try numbers("conv.bias"))
    let found = try #require(folded.weights["conv.weight"])
    let foundBias = try #require(folded.weights["conv.bias"]).floats
    for filter in 0..<2 {
      let scale = gain[filter] / (variance[filter] + 1e-5).squareRoot()
      let expectedBias = (bias[filter] - mean[filter]) * scale + shift[filter]
      #expect(abs(Double(foundBias[filter]) - expectedBias) <= 1e-6 * max(1, abs(expectedBias)))
      for element in filter * 27..<(filter + 1) * 27 {
        let expected = weight[element] * scale
        #expect(abs(Double(found.floats[element]) - expected) <= 1e-6 * max(1, abs(expected)))
      }
    }
    #expect(found.isBinary == (codes > 0))
    #expect(found.codes?.scales.array.allSatisfy { $0 >= 0 } ?? true)
  }

  @Test func whatElseIsReadIsNotFolded() throws {
    var builder = GraphBuilder(inputShape: .map(3, 2, 2))
    let norm = NodeOperation.batchNorm(BatchNorm(channels: 3))
    let layer = NodeOperation.convolution(
      Convolution(inputChannels: 3, outputChannels: 3, kernel: Size2D(1), hasBias: false))
    builder.append("first", norm, builder.input)
    builder.append("read twice", layer, "first")
    builder.append("kept", norm, "read twice")
    builder.append("sum", .add, "kept", "read twice")
    builder.append("layer", layer, "sum")
    builder.append("one", norm, "layer")
    builder.append("two", norm, "one")
    let graph = try builder.graph(output: "two")
    var weights: [String: Weight] = [:]
    for (name, shape) in graph.parameters {
      let values = Fixture.values(Shape(shape).elementCount, seed: name.count)
      weights[name] = try Weight(shape: shape, values: values.map(abs))
    }
    let model = try Model(graph: graph, weights: weights, preprocessing: .cifar)
    let folded = try model.foldingBatchNorms()
    #expect(folded.graph.nodes.map(\.name) == ["first", "read twice", "kept", "sum", "layer"])
    #expect(folded.graph.output == "layer")
    #expect(folded.weights["layer.bias"] != nil && folded.weights["read twice.bias"] == nil)

    let cut = try model.with(
      graph: Graph(
        inputShape: graph.inputShape, nodes: Array(graph.nodes.prefix(5)), output: "layer"),
      weights: weights.filter { !$0.key.hasPrefix("one") && !$0.key.hasPrefix("two") })
    #expect(try cut.foldingBatchNorms() == cut)
  }

  @Test(arguments: [0, 1, 3]) func compactModelComesBackEqual(codes: Int) throws {
    let folder = try TemporaryFolder()
    let model = try Fixture.model(codes: codes)
    let compact = try model.compacted()
    let url = folder.file("model.signet")
    try compact.write(to: url)
    #expect(try Model(contentsOf: url) == compact)
    #expect(try Data(contentsOf: url).count == compact.fileByteCount)
    #expect(try compact.compacted().weights == compact.weights)
    #expect(compact.provenance.steps.last?.verb == "compact")
    #expect(compact.provenance.layerRecords == model.provenance.layerRecords)

    let fc = try #require(compact.weights["fc.weight"])
    #expect(!fc.isFloat && !fc.isBinary && fc.bitsPerElement == 8)
    #expect(fc.storedByteCount == 24 + 3 * 2)
    #expect(compact.weights["fc.bias"]?.storedByteCount == 3 * 2)
    let conv = try #require(compact.weights["conv.weight"])
    #expect(conv.storedByteCount == (codes == 0 ? 54 + 2 * 2 : codes * 2 * (4 + 2)))
    let folded = try model.foldingBatchNorms()
    #expect(conv.codes?.bytes == folded.weights["conv.weight"]?.codes?.bytes)
  }

  @Test func numbersThatFoldingBreaks() throws {
    var weights = try Fixture.model().weights
    weights["bn.weight"] = try Weight(shape: [2], values: [1, 1e30])
    weights["bn.running_var"] = try Weight(shape: [2], values: [1, 0])
    weights["conv.weight"] = try Weight(
      shape: [2, 3, 3, 3], values: [Float](repeating: 1e10, count: 54))
    let model = try Fixture.model().with(weights: weights)
    #expect(
      throws: CompactionError.weight(
        tensor: "conv.weight", .notFinite(index: 27, found: .infinity))
    ) { try model.compacted() }
    #expect(try model.storingKeptLayers(as: .float32) == model)
  }
}
