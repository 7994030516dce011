import NetworkOracle
import SignetModel
import SignetRuntime
import Testing

/// Operations that resample, combine values or run along axes, against plain loops.
@Suite struct EngineGridTests {
  @Test func operationsAreWithinTheBounds() throws {
    for graph in try Graph.gridOperations() {
      var tester = EngineTester(model: try .random(graph, weights: .float), images: 3)
      tester.options = Engine.Options(threads: 2, maximumBatch: 2)
      try tester.run()
    }
  }

  /// Each output pixel of such a one sees one input pixel: a layer per row of them, and no zeros.
  @Test func disjointTransposedConvolutionsArePointwise() throws {
    let graph = try Graph.disjointTransposedConvolution(readers: 1)
    let engine = try Engine(model: .random(graph, weights: .float))
    let steps = engine.plan.steps.filter { $0.name == "convolution" }
    #expect(steps.map(\.outputShape) == [.map(15, 5, 4), .map(15, 5, 4)])
    #expect(!engine.plan.steps.contains { $0.kernel.contains("spread") })
  }
}
