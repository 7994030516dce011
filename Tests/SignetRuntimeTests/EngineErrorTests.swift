import NetworkOracle
import SignetModel
import Testing

@testable import SignetRuntime

@Suite struct EngineErrorTests {
  private func error(_ body: () throws(EngineError) -> Void) -> EngineError? {
    do {
      try body()
      return nil
    } catch { return error }
  }

  @Test func kernelNames() throws {
    let names = KernelSet.available.map(\.name)
    #expect(names.last == "reference")
    let forced = try KernelSet.preferred(environment: ["SIGNET_KERNELS": "reference"])
    #expect(forced.name == "reference")
    #expect(try KernelSet.preferred(environment: [:]).name == names.first)
    let unknown = error { () throws(EngineError) in _ = try KernelSet(named: "avx-2") }
    #expect(
      unknown == .unknownKernels(name: "avx-2", available: names, suggestion: "avx2"))
    #expect(
      unknown?.description
        == "no kernels are called 'avx-2'; did you mean 'avx2'? (this processor runs "
        + names.joined(separator: ", ") + ")")
    for name in ["reference", "avx2", "avx512", "amx", "neon"] where !names.contains(name) {
      #expect(
        error { () throws(EngineError) in _ = try KernelSet(named: name) }
          == .unavailableKernels(name: name, available: names))
    }
  }

  @Test func lookupNames() throws {
    let unknown = error { () throws(EngineError) in _ = try KernelSet(named: "avx512:word") }
    #expect(unknown?.description.contains("did you mean") == true)
    #expect(Lookup.all.map(\.name) == ["words", "saturated", "bytes"])
    guard KernelSet.available.contains(where: { $0.name == "avx512" }) else { return }
    for lookup in Lookup.all {
      let forced = try KernelSet(named: "avx512:\(lookup.name)")
      #expect(forced.name == "avx512:\(lookup.name)")
      #expect(forced.family == "avx512")
      #expect(forced.isAvailable && forced.lacks.isEmpty)
    }
  }

  /// Sums are whole numbers, so that how they are looked up changes no bit.
  @Test func lookupsGiveTheSameBits() throws {
    guard KernelSet.available.contains(where: { $0.name == "avx512" }) else { return }
    let model = try Model.random(.plainNetwork())
    let input = (0..<144).map { Float($0 % 7) - 3 }
    let scores = try Lookup.all.map { lookup in
      try Engine(
        model: model, options: Engine.Options(kernels: KernelSet(named: "avx512:\(lookup.name)"))
      ).run(input)
    }
    #expect(scores.allSatisfy { $0 == scores.first })
  }

  @Test func inputCounts() throws {
    let engine = try Engine(model: .random(.plainNetwork()))
    #expect(
      error { () throws(EngineError) in _ = try engine.run([1, 2, 3]) }
        == .inputCount(input: "input", samples: 1, expected: 144, found: 3))
    #expect(
      error { () throws(EngineError) in _ = try engine.run([], count: -1) }
        == .inputCount(input: "input", samples: -1, expected: -144, found: 0))
    #expect(
      error { () throws(EngineError) in _ = try engine.run([], count: .max) }
        == .inputCount(input: "input", samples: .max, expected: .max, found: 0))
  }

  @Test func options() throws {
    let model = try Model.random(.plainNetwork())
    #expect(
      error { () throws(EngineError) in
        _ = try Engine(model: model, options: Engine.Options(threads: 0))
      } == .option(name: "threads", expected: "1 to 256", found: 0))
    #expect(
      error { () throws(EngineError) in
        _ = try Engine(model: model, options: Engine.Options(maximumBatch: 0))
      } == .option(name: "batch", expected: "1 to 65536", found: 0))
  }

  private func engineError(
    _ operation: NodeOperation, over shape: Shape, limit: Int, threads: Int = 1
  ) throws -> EngineError? {
    var builder = GraphBuilder(inputShape: shape)
    let value = builder.append("node", operation, builder.input)
    let output = builder.append("mean", .globalAveragePool, value)
    let model = try Model.random(builder.graph(output: output))
    return error { () throws(EngineError) in
      _ = try Engine(model: model, options: Engine.Options(threads: threads, memoryLimit: limit))
    }
  }

  /// A few hundred bytes can name values of gigabytes: they are counted, tables that say where their
  /// elements go too, before any of them is made.
  @Test func memoryLimit() throws {
    let side = 43768
    let square = Shape.map(1, side, side)
    let clock = ContinuousClock()
    let elapsed = try clock.measure {
      let transposition = Transposition(
        extents: [1, side, side], order: [0, 2, 1], shape: square)
      let pad = Pad(spatial: Padding2D(3), mode: .reflect)
      for operation in [NodeOperation.transpose(transposition), .pad(pad), .relu] {
        let found = try engineError(operation, over: square, limit: 1 << 32)
        guard case .memoryLimit(_, let needed, 1 << 32) = found else {
          Issue.record("\(operation.kind): \(String(describing: found))")
          continue
        }
        // Input and output, and a table of four bytes for each element that moves.
        #expect(needed >= side * side * (operation.kind == .relu ? 8 : 12))
      }
    }
    #expect(elapsed < .seconds(2))
  }

  @Test func memoryOfThreadsAndWeights() throws {
    let layer = Convolution(
      inputChannels: 1, outputChannels: 1, kernel: Size2D(64), padding: Padding2D(32))
    let shape = Shape.map(1, 64, 64)
    #expect(try engineError(.convolution(layer), over: shape, limit: 1 << 26) == nil)
    let found = try engineError(.convolution(layer), over: shape, limit: 1 << 18, threads: 200)
    guard case .memoryLimit(_, let needed, 1 << 18) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(
      found?.description
        == "the network as a whole: the model needs \(needed) bytes of memory, and an engine may "
        + "take 262144 (memoryLimit, or SIGNET_MEMORY_LIMIT in bytes)")
  }

  /// A step past the only row that is taken may be of any length.
  @Test func sliceSteps() throws {
    let far = StridedSlice(
      channels: .init(start: 1), height: .init(start: 2, step: 1 << 62),
      width: .init(start: 3, step: .max))
    let model = try Model.random(
      Graph(
        inputShape: .map(3, 4, 5),
        nodes: [
          Node("slice", .slice(far), inputs: ["input"]),
          Node("mean", .globalAveragePool, inputs: ["slice"]),
        ], output: "mean"))
    let input = (0..<60).map(Float.init)
    #expect(try Engine(model: model).run(input) == [20 + 10 + 3, 40 + 10 + 3])
  }

  @Test func memoryLimitOption() throws {
    let options = Engine.Options()
    #expect(try options.budget(environment: [:]).limit == MemoryBudget.machineLimit)
    #expect(try options.budget(environment: ["SIGNET_MEMORY_LIMIT": "4096"]).limit == 4096)
    #expect(
      try Engine.Options(memoryLimit: 7).budget(environment: ["SIGNET_MEMORY_LIMIT": "4096"]).limit
        == 7)
    #expect(
      error { () throws(EngineError) in
        _ = try options.budget(environment: ["SIGNET_MEMORY_LIMIT": "4 GB"])
      } == .variable(name: "SIGNET_MEMORY_LIMIT", expected: "a number of bytes", found: "4 GB"))
    #expect(
      error { () throws(EngineError) in
        _ = try Engine.Options(memoryLimit: 0).budget(environment: [:])
      } == .option(name: "memoryLimit", expected: "at least 1", found: 0))
  }

  @Test func sizesThatCannotBeCounted() {
    #expect(ByteCount.of(3, 5, elements: Float.self) == 60)
    #expect(ByteCount.of(1 << 40, 1 << 22, elements: Float.self) == .max)
    #expect(ByteCount.sum(.max, 1) == .max)
    #expect(ByteCount.product([-1, 2]) == .max)
    let budget = MemoryBudget(limit: 100)
    #expect(error { () throws(EngineError) in try budget.take(60, for: "one") } == nil)
    #expect(
      error { () throws(EngineError) in try budget.take(41, for: "two") }
        == .memoryLimit(purpose: "two", needed: 101, allowed: 100))
    #expect(
      error { () throws(EngineError) in try budget.check(.max, for: "all") }
        == .memoryLimit(purpose: "all", needed: .max, allowed: 100))
    #expect(budget.taken == 60)
  }

  /// Numbers that are none spoil scores, not the engine.
  @Test func notANumber() throws {
    let model = try Model.random(.plainNetwork(), weights: .codes(1))
    let engine = try Engine(model: model)
    let good = EngineTester(model: model).input()
    let expected = try engine.run(good)
    for bad in [Float.nan, .infinity, -.infinity] {
      #expect(try engine.run(good.map { _ in bad }).count == 10)
      #expect(try engine.run(good) == expected)
    }
  }

  @Test func planTellsWhatRuns() throws {
    let engine = try Engine(
      model: .random(.residualNetwork(), weights: .codes(1)),
      options: Engine.Options(kernels: KernelSet(named: "reference")))
    #expect(engine.plan.layers.count == 8)
    #expect(engine.kernelNames == Array(repeating: "b1f32_conv_reference", count: 8))
    // Fused: batch norm, sum and activation are done by the second convolution of the block.
    let second = engine.plan.layers[2]
    #expect(
      second.nodes.map(\.name)
        == ["block1.conv2", "block1.conv2.norm", "block1.add", "block1.active"])
    #expect(second.multiplyAdds == 9 * 81 * 110)
    #expect(second.packedBytes == 9 * 11)
    // Input, eight layers, padding, pooling, output: nothing else takes a step.
    #expect(engine.plan.steps.count == 12)
    #expect(engine.plan.arenaBytes >= 2 * 9 * 110 * 4)
    #expect(engine.plan.arenaBytes <= 4 * 9 * 110 * 4)
  }
}
