import SignetModel
import Testing

@testable import SignetRuntime

/// Runs between the caller's own buffers, on the caller's own threads.
@Suite struct BufferRunTests {
  private func model() throws -> Model {
    let layer = Convolution(
      inputChannels: 4, outputChannels: 4, kernel: Size2D(3), padding: Padding2D(1))
    let graph = try Graph(
      inputs: [
        GraphInput(name: "a", shape: .map(4, 16, 16), openAxes: [1, 2]),
        GraphInput(name: "b", shape: .map(4, 16, 16), openAxes: [1, 2]),
      ],
      nodes: [
        Node("one", .convolution(layer), inputs: ["a"]),
        Node("two", .add, inputs: ["one", "b"]),
        Node("three", .relu, inputs: ["two"]),
      ],
      outputs: [
        GraphOutput(name: "sum", value: "two"), GraphOutput(name: "result", value: "three"),
      ])
    let signs = (0..<4 * 36).map { Int8($0 % 3 == 0 ? -1 : 1) }
    let codes = try BinaryCodes(
      signs: signs, scales: [1, 0.5, 2, 0.25], codeCount: 1, filterCount: 4, patchLength: 36)
    return try Model(
      graph: graph,
      weights: [
        "one.weight": Weight(shape: [4, 4, 3, 3], storage: .binary(codes)),
        "one.bias": Weight(shape: [4], values: [0, 1, 2, 3]),
      ], preprocessing: .none)
  }

  private func inputs(_ count: Int, _ height: Int, _ width: Int) -> [[Float]] {
    [1, 2].map { seed in
      (0..<count * 4 * height * width).map { Float(($0 * 37 + seed * 11) % 64) / 32 - 1 }
    }
  }

  /// - Returns: the outputs, and how many steps the lender was asked for threads
  private func run(
    _ engine: Engine, _ values: [[Float]], count: Int, _ height: Int, _ width: Int,
    _ lender: ThreadLender?
  ) throws -> [[Float]] {
    let sources = values.map { array in
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: max(1, array.count))
      buffer.update(from: array, count: array.count)
      return buffer
    }
    defer { for source in sources { source.deallocate() } }
    var targets: [UnsafeMutableBufferPointer<Float>] = []
    defer { for target in targets { target.deallocate() } }
    let shape = Shape.map(4, height, width)
    try engine.run(
      sources.map { UnsafePointer($0) }, of: [shape, shape], count: count, lender: lender
    ) { outputs in
      #expect(outputs.map(\.name) == ["sum", "result"])
      targets = outputs.map { .allocate(capacity: max(1, count * $0.shape.elementCount)) }
      return targets.compactMap(\.baseAddress)
    }
    return targets.map { Array($0.prefix(count * shape.elementCount)) }
  }

  @Test(arguments: [(1, 64, 64), (5, 64, 64), (3, 80, 48), (0, 64, 64)])
  func buffersHoldWhatARunReturns(_ count: Int, _ height: Int, _ width: Int) throws {
    let model = try model()
    let own = try Engine(model: model, options: .init(threads: 2, maximumBatch: 2))
    let values = inputs(count, height, width)
    let extents = [count, 4, height, width]
    let expected = try own.run([
      "a": #require(DenseTensor(extents: extents, values: values[0])),
      "b": #require(DenseTensor(extents: extents, values: values[1])),
    ])
    var options = Engine.Options(maximumBatch: 2)
    options.borrowsThreads = true
    let engine = try Engine(model: model, options: options)
    var loans = 0
    try withUnsafeMutablePointer(to: &loans) { loans in
      let lender = ThreadLender(
        threads: 3,
        { owner, function, context, parts in
          owner?.assumingMemoryBound(to: Int.self).pointee += 1
          for part in (0..<parts).reversed() { function?(context, part) }
        }, owner: loans)
      for lender in [lender, nil] {
        let found = try run(engine, values, count: count, height, width, lender)
        #expect(found == [expected["sum"]?.values, expected["result"]?.values])
      }
    }
    #expect((loans > 0) == (count > 0))
    // An engine with threads of its own needs none.
    let alone = try run(own, values, count: count, height, width, nil)
    #expect(alone == [expected["sum"]?.values, expected["result"]?.values])
  }

  @Test func extentsAreChecked() throws {
    let engine = try Engine(model: model())
    let shape = Shape.map(3, 16, 16)
    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    defer { buffer.deallocate() }
    let sources = [UnsafePointer(buffer), UnsafePointer(buffer)]
    #expect(
      throws: EngineError.inputExtents(name: "a", expected: "N×4×?×?", found: "N×3×16×16")
    ) {
      try engine.run(sources, of: [shape, shape], count: 1, lender: nil) { _ in
        Issue.record("no output is asked for")
        return []
      }
    }
  }
}
