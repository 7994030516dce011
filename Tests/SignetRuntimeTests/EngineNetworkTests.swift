import NetworkOracle
import SignetModel
import SignetRuntime
import Testing

/// Small whole networks, where fusion, views and the arena meet.
@Suite struct EngineNetworkTests {
  static let kernels = KernelSet.available
  static let weights: [WeightKind] = [.float, .codes(1), .codes(2)]

  @Test(arguments: kernels, weights)
  func residualNetwork(_ kernels: KernelSet, _ kind: WeightKind) throws {
    var tester = EngineTester(
      model: try .random(.residualNetwork(), weights: kind), images: 3)
    tester.options = Engine.Options(maximumBatch: 2, kernels: kernels)
    try tester.run()
  }

  @Test(arguments: kernels, weights)
  func plainNetwork(_ kernels: KernelSet, _ kind: WeightKind) throws {
    var tester = EngineTester(model: try .random(.plainNetwork(), weights: kind))
    tester.options = Engine.Options(kernels: kernels)
    try tester.run()
  }

  @Test(arguments: kernels, weights)
  func branchingNetwork(_ kernels: KernelSet, _ kind: WeightKind) throws {
    var tester = EngineTester(
      model: try .random(.branchingNetwork(), weights: kind), images: 2)
    tester.options = Engine.Options(maximumBatch: 4, kernels: kernels)
    try tester.run()
  }

  /// Any node may be the output; its value must not be fused away or overwritten.
  @Test func everyNodeAsOutput() throws {
    let graph = try Graph.residualNetwork()
    let model = try Model.random(graph, weights: .codes(1))
    let tester = EngineTester(model: model)
    let kernels = try KernelSet(named: "reference")
    let expected = Interpreter(model: model).values(tester.input())
    for node in graph.nodes {
      let cut = try model.with(
        graph: Graph(inputShape: graph.inputShape, nodes: graph.nodes, output: node.name))
      let engine = try Engine(model: cut, options: Engine.Options(kernels: kernels))
      let scores = try engine.run(tester.input())
      #expect(expected[node.name]?.mismatch(scores) == nil, "output \(node.name)")
    }
  }

  @Test(arguments: kernels)
  func threadsDoNotChangeABit(_ kernels: KernelSet) throws {
    for graph in [try Graph.residualNetwork(), try .plainNetwork(), try .branchingNetwork()] {
      for kind in Self.weights {
        var tester = EngineTester(model: try .random(graph, weights: kind), images: 2)
        let input = tester.input()
        tester.options = Engine.Options(threads: 1, maximumBatch: 2, kernels: kernels)
        let alone = try Engine(model: tester.model, options: tester.options)
          .run(input, count: 2)
        for threads in [2, 3] {
          tester.options.threads = threads
          let engine = try Engine(model: tester.model, options: tester.options)
          for _ in 0..<3 {
            #expect(try engine.run(input, count: 2) == alone)
          }
        }
      }
    }
  }

  /// Engines share nothing, and one engine may be used from several threads.
  @Test func enginesAtOnce() async throws {
    let model = try Model.random(.residualNetwork(), weights: .codes(1))
    let tester = EngineTester(model: model)
    let input = tester.input()
    let expected = try Engine(model: model).run(input)
    let shared = try Engine(model: model, options: Engine.Options(threads: 2))
    let results = try await withThrowingTaskGroup(of: [Float].self) { group in
      for index in 0..<8 {
        group.addTask {
          let engine =
            index % 2 == 0
            ? shared : try Engine(model: model, options: Engine.Options(threads: 2))
          return try engine.run(input)
        }
      }
      var results: [[Float]] = []
      for try await scores in group { results.append(scores) }
      return results
    }
    #expect(results == Array(repeating: expected, count: 8))
  }

  /// A batch cut into pieces gives the scores of the whole.
  @Test func batchesOfAnySize() throws {
    let model = try Model.random(.branchingNetwork(), weights: .codes(1))
    let tester = EngineTester(model: model, images: 5)
    let input = tester.input()
    let whole = try Engine(model: model, options: Engine.Options(maximumBatch: 8))
      .run(input, count: 5)
    let pieces = try Engine(model: model, options: Engine.Options(maximumBatch: 2))
      .run(input, count: 5)
    #expect(whole == pieces)
    #expect(try Engine(model: model).run([], count: 0) == [])
  }
}
