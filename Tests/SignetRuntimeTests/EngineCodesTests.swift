import NetworkOracle
import SignetModel
import SignetRuntime
import Testing

/// Codes per filter, constants and input scales, on every kernel set this processor runs.
@Suite struct EngineCodesTests {
  static let kernels = KernelSet.available

  private func check(
    _ kernels: KernelSet, _ variety: CodeVariety, shape: Shape = .map(5, 7, 4),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout GraphBuilder) -> String
  ) throws {
    var builder = GraphBuilder(inputShape: shape)
    let output = build(&builder)
    let model = try Model.random(builder.graph(output: output), codes: variety)
    for isExact in [false, true] {
      var tester = EngineTester(model: model, images: 3)
      tester.options = Engine.Options(
        threads: isExact ? 1 : 2, maximumBatch: 2, kernels: kernels, isExact: isExact)
      try tester.run(sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: kernels, CodeVariety.all)
  func convolution(_ kernels: KernelSet, _ variety: CodeVariety) throws {
    for filters in [1, 7, 37] {
      try check(kernels, variety) {
        $0.append(
          "conv",
          .convolution(
            Convolution(
              inputChannels: 5, outputChannels: filters, kernel: Size2D(height: 3, width: 2),
              stride: Size2D(height: 2, width: 1),
              padding: Padding2D(top: 2, left: 0, bottom: 1, right: 3),
              dilation: Size2D(height: 1, width: 2))),
          $0.input)
      }
    }
  }

  /// Of two, of few and of one channel each.
  @Test(arguments: kernels, CodeVariety.all)
  func groups(_ kernels: KernelSet, _ variety: CodeVariety) throws {
    for (channels, filters, groups) in [(24, 34, 2), (6, 9, 3), (8, 16, 8)] {
      try check(kernels, variety, shape: .map(channels, 5, 4)) {
        $0.append(
          "conv",
          .convolution(
            Convolution(
              inputChannels: channels, outputChannels: filters, kernel: Size2D(3),
              padding: Padding2D(1), groups: groups)),
          $0.input)
      }
    }
  }

  /// Batch norm, a residual, an activation and a second reader; a pooling that has to wait.
  @Test(arguments: kernels, CodeVariety.all)
  func neighbours(_ kernels: KernelSet, _ variety: CodeVariety) throws {
    try check(kernels, variety, shape: .map(6, 5, 4)) {
      let layer = { (inputs: Int, filters: Int) in
        NodeOperation.convolution(
          Convolution(
            inputChannels: inputs, outputChannels: filters, kernel: Size2D(3),
            padding: Padding2D(1)))
      }
      $0.append("stem", layer(6, 16), $0.input)
      $0.append("relu", .relu, "stem")
      $0.append("conv", layer(16, 16), "relu")
      $0.append("norm", .batchNorm(BatchNorm(channels: 16)), "conv")
      $0.append("sum", .add, "norm", "relu")
      $0.append("relu2", .relu, "sum")
      $0.append("other", layer(16, 16), "relu2")
      $0.append("sum2", .add, "other", "relu2")
      $0.append("last", layer(16, 20), "sum2")
      $0.append("clip", .activation(.clip(minimum: 0, maximum: 6)), "last")
      $0.append("pool", .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2))), "clip")
      $0.append("joined", .concatenate, "pool", "pool")
      return $0.append("end", layer(40, 3), "joined")
    }
  }

  /// Over vectors and over maps, whose elements each have an input scale.
  @Test(arguments: kernels, CodeVariety.all)
  func linear(_ kernels: KernelSet, _ variety: CodeVariety) throws {
    try check(kernels, variety, shape: .map(4, 3, 5)) {
      $0.append("flat", .flatten, $0.input)
      $0.append("hidden", .linear(Linear(inputs: 60, outputs: 33)), "flat")
      $0.append("relu", .relu, "hidden")
      return $0.append("fc", .linear(Linear(inputs: 33, outputs: 10)), "relu")
    }
  }

  /// Filters in the order of their counts are made where they belong: nothing is moved.
  @Test func blocks() throws {
    func kinds(_ counts: CodeVariety.Counts) throws -> (layers: Int, gathers: Int) {
      var builder = GraphBuilder(inputShape: .map(16, 6, 6))
      builder.append(
        "conv",
        .convolution(
          Convolution(inputChannels: 16, outputChannels: 48, kernel: Size2D(3))), builder.input)
      let model = try Model.random(
        builder.graph(output: "conv"), codes: CodeVariety(counts))
      let steps = try Engine(model: model).plan.steps
      return (steps.count(where: \.isBinary), steps.count { $0.kernel.contains("gather") })
    }
    #expect(try kinds(.one) == (1, 0))
    #expect(try kinds(.ascending) == (3, 0))
    #expect(try kinds(.mixed) == (3, 1))
  }

  /// What is planned fits the memory it is planned with, and no less is refused.
  @Test func memory() throws {
    var builder = GraphBuilder(inputShape: .map(16, 32, 32))
    builder.append(
      "conv",
      .convolution(
        Convolution(
          inputChannels: 16, outputChannels: 64, kernel: Size2D(3), padding: Padding2D(1))),
      builder.input)
    let model = try Model.random(
      builder.graph(output: "conv"),
      codes: CodeVariety(.mixed, constants: true, inputScales: true))
    let engine = try Engine(model: model)
    // The input and its scaled copy, and the results, in their order and before, and constants'.
    let images = 16 * 1024 * 4
    let results = 64 * 1024 * 4
    #expect(engine.plan.arenaBytes >= images + 2 * results)
    #expect(engine.plan.arenaBytes <= 2 * images + 3 * results + 8192)
    #expect(throws: EngineError.self) {
      try Engine(
        model: model, options: Engine.Options(memoryLimit: engine.plan.arenaBytes))
    }
  }
}
