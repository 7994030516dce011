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

  /// Computed places may be anything.
  @Test func placesThatAreNoNumbersAreOutside() throws {
    for mode in Resize.Mode.allCases {
      for padding in GridSample.Padding.allCases {
        var builder = GraphBuilder(inputShape: .map(4, 2, 2))
        builder.append("map", .slice(StridedSlice(channels: .init(end: 2))), builder.input)
        builder.append("places", .slice(StridedSlice(channels: .init(start: 2))), builder.input)
        builder.append(
          "out", .gridSample(GridSample(mode: mode, padding: padding)), "map", "places")
        let engine = try Engine(model: .random(builder.graph(output: "out"), weights: .float))
        let map: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
        let found = try engine.run(
          map + [.nan, 0, .infinity, -.infinity, 1e38, -1e38, .greatestFiniteMagnitude, .nan])
        #expect(found.allSatisfy { $0.isFinite && abs($0) < 10 }, "\(mode) \(padding) \(found)")
        if padding == .zeros { #expect(found.allSatisfy { $0 == 0 }, "\(mode) \(found)") }
      }
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
