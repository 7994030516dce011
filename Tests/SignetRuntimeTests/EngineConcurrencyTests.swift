import NetworkOracle
import SignetModel
import SignetRuntime
import Testing

/// Engines of different networks, kernels and thread counts at once, some of them shared.
@Suite struct EngineConcurrencyTests {
  private struct Job: Sendable {
    let engine: Engine
    let input: [Float]
    let expected: [Float]
  }

  private func jobs() throws -> [Job] {
    var jobs: [Job] = []
    let graphs = [try Graph.residualNetwork(), try .plainNetwork(), try .branchingNetwork()]
    for (index, graph) in graphs.enumerated() {
      let model = try Model.random(graph, weights: .codes(1 + index % 2))
      let input = EngineTester(model: model, images: 2, seed: UInt64(index)).input()
      for kernels in KernelSet.available {
        let alone = try Engine(
          model: model, options: Engine.Options(maximumBatch: 2, kernels: kernels))
        let expected = try alone.run(input, count: 2)
        for threads in [1, 2, 3] {
          let options = Engine.Options(threads: threads, maximumBatch: 2, kernels: kernels)
          let engine = try Engine(model: model, options: options)
          jobs.append(Job(engine: engine, input: input, expected: expected))
        }
      }
    }
    return jobs
  }

  /// Away from the actor that asks, with the same outputs.
  @Test @MainActor func outputsMayBeAwaited() async throws {
    let model = try Model.random(.branchingNetwork(), weights: .codes(1))
    let engine = try Engine(model: model, options: .init(maximumBatch: 2))
    let input = EngineTester(model: model, images: 2, seed: 3).input()
    let tensor = try #require(
      DenseTensor(extents: [2] + model.graph.inputShape.extents, values: input))
    let inputs = [model.graph.inputs[0].name: tensor]
    let expected = try engine.run(inputs)
    async let one = engine.outputs(of: inputs)
    async let other = engine.outputs(of: inputs)
    let found = try await [one, other]
    #expect(found == [expected, expected])
    await #expect(throws: EngineError.missingInput(name: model.graph.inputs[0].name)) {
      _ = try await engine.outputs(of: [:])
    }
  }

  @Test func enginesShareNothing() async throws {
    let jobs = try jobs()
    let wrong = await withTaskGroup(of: Int.self) { group in
      // Each engine from two tasks, so that some runs wait for each other and most do not.
      for job in jobs + jobs {
        group.addTask {
          (0..<4).reduce(0) { wrong, _ in
            wrong + ((try? job.engine.run(job.input, count: 2)) == job.expected ? 0 : 1)
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0, "of \(8 * jobs.count) runs")
  }

  /// Engines come and go while others run.
  @Test func enginesAreMadeAndDroppedWhileOthersRun() async throws {
    let model = try Model.random(.plainNetwork(), weights: .codes(1))
    let input = EngineTester(model: model).input()
    let expected = try Engine(model: model).run(input)
    let results = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<24 {
        group.addTask {
          let options = Engine.Options(threads: 1 + index % 4)
          guard let engine = try? Engine(model: model, options: options) else { return false }
          return (try? engine.run(input)) == expected
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results == Array(repeating: true, count: 24))
  }
}
