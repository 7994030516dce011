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
}
