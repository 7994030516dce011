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

  @Test func inputCounts() throws {
    let engine = try Engine(model: .random(.plainNetwork()))
    #expect(
      error { () throws(EngineError) in _ = try engine.run([1, 2, 3]) }
        == .inputCount(images: 1, expected: 144, found: 3))
    #expect(
      error { () throws(EngineError) in _ = try engine.run([], count: -1) }
        == .inputCount(images: -1, expected: -144, found: 0))
    #expect(
      error { () throws(EngineError) in _ = try engine.run([], count: .max) }
        == .inputCount(images: .max, expected: .max, found: 0))
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
    #expect(engine.arenaByteCount >= 2 * 9 * 110 * 4)
    #expect(engine.arenaByteCount <= 4 * 9 * 110 * 4)
  }
}
