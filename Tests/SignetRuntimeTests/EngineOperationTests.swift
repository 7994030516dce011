import SignetModel
import SignetRuntime
import Testing

/// Every operation with odd attributes, on every kernel set this processor runs.
@Suite struct EngineOperationTests {
  static let kernels = KernelSet.available
  static let weights: [WeightKind] = [.float, .codes(1), .codes(3)]

  private func check(
    _ kernels: KernelSet, _ kind: WeightKind = .float, shape: Shape = .map(3, 9, 7),
    images: Int = 2, sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout GraphBuilder) -> String
  ) throws {
    var builder = GraphBuilder(inputShape: shape)
    let output = build(&builder)
    let model = try Model.random(builder.graph(output: output), weights: kind)
    var tester = EngineTester(model: model, images: images)
    tester.options = Engine.Options(maximumBatch: 2, kernels: kernels)
    try tester.run(sourceLocation: sourceLocation)
  }

  @Test(arguments: kernels, weights)
  func convolution(_ kernels: KernelSet, _ kind: WeightKind) throws {
    try check(kernels, kind) {
      $0.append(
        "conv",
        .convolution(
          Convolution(
            inputChannels: 3, outputChannels: 5, kernel: Size2D(height: 3, width: 2),
            stride: Size2D(height: 2, width: 1),
            padding: Padding2D(top: 2, left: 0, bottom: 1, right: 3),
            dilation: Size2D(height: 1, width: 2))),
        $0.input)
    }
  }

  /// A max pooling may be done with the layer before it, in blocks of rows: windows that overlap,
  /// leave pixels out, or hang over the edge, and threads that cut the rows.
  @Test(arguments: kernels)
  func pooledConvolutions(_ kernels: KernelSet) throws {
    let poolings = [
      Pooling(kernel: Size2D(3), stride: Size2D(2), padding: Padding2D(1)),
      Pooling(kernel: Size2D(2), stride: Size2D(3), ceilMode: true),
      Pooling(
        kernel: Size2D(height: 5, width: 1), stride: Size2D(1),
        padding: Padding2D(top: 2, left: 0, bottom: 1, right: 0)),
    ]
    for (index, pooling) in poolings.enumerated() {
      for threads in [1, 3] {
        var builder = GraphBuilder(inputShape: .map(3, 13, 9))
        let layer = builder.layer("conv", builder.input, 3, 17 + 16 * index)
        let pooled = builder.append("pool", .maxPool(pooling), layer)
        let model = try Model.random(builder.graph(output: pooled), weights: .float)
        for isExact in [false, true] {
          var tester = EngineTester(model: model, images: 2)
          tester.options = Engine.Options(
            threads: threads, maximumBatch: 2, kernels: kernels, isExact: isExact)
          try tester.run()
        }
      }
    }
  }

  /// Filters that look at few channels each, with strides, gaps and windows that hang over, joined
  /// with what follows; however their weights are kept.
  @Test(arguments: kernels, weights + [.int8])
  func depthwiseConvolutions(_ kernels: KernelSet, _ kind: WeightKind) throws {
    for (channels, filters) in [(1, 1), (1, 2), (2, 3)] {
      for (stride, dilation) in [(1, 1), (2, 1), (1, 3)] {
        try check(kernels, kind, shape: .map(3, 11, 12)) {
          let wide = $0.append(
            "wide",
            .convolution(
              Convolution(inputChannels: 3, outputChannels: 19 * channels, kernel: Size2D(1))),
            $0.input)
          let layer = $0.append(
            "depthwise",
            .convolution(
              Convolution(
                inputChannels: 19 * channels, outputChannels: 19 * filters,
                kernel: Size2D(height: 3, width: 2), stride: Size2D(stride),
                padding: Padding2D(top: 1, left: 4, bottom: 3, right: 0),
                dilation: Size2D(dilation), groups: 19)),
            wide)
          let norm = $0.append("norm", .batchNorm(BatchNorm(channels: 19 * filters)), layer)
          return $0.append("clip", .activation(.clip(minimum: -0.1, maximum: 0.5)), norm)
        }
      }
    }
  }

  /// A depthwise layer is not left to the kernels that gather a patch for each group.
  @Test(arguments: [WeightKind.float, .int8, .codes(2)])
  func depthwiseKernels(_ kind: WeightKind) throws {
    for set in KernelSet.available where set.name != "reference" {
      var builder = GraphBuilder(inputShape: .map(3, 9, 9))
      let wide = builder.append(
        "wide",
        .convolution(Convolution(inputChannels: 3, outputChannels: 24, kernel: Size2D(1))),
        builder.input)
      let layer = builder.append(
        "depthwise",
        .convolution(
          Convolution(
            inputChannels: 24, outputChannels: 24, kernel: Size2D(3), padding: Padding2D(1),
            groups: 24)),
        wide)
      let clip = builder.append("clip", .activation(.clip(minimum: 0, maximum: 6)), layer)
      let model = try Model.random(builder.graph(output: clip), weights: kind)
      for isExact in [false, true] {
        let engine = try Engine(
          model: model, options: Engine.Options(kernels: set, isExact: isExact))
        let step = try #require(engine.plan.layers.last)
        #expect(step.kernel.hasPrefix("f32_depthwise"))
        #expect(step.nodes.map(\.name) == ["depthwise", "clip"])
      }
    }
  }

  /// A layer whose weights rest on a channel that is nearly dead: rounding that channel as finely as
  /// the liveliest is not enough.
  @Test(arguments: kernels)
  func weightsOnOneChannel(_ kernels: KernelSet) throws {
    var builder = GraphBuilder(inputShape: .map(3, 12, 12))
    let first = builder.append(
      "first", .convolution(Convolution(inputChannels: 3, outputChannels: 16, kernel: Size2D(3))),
      builder.input)
    let second = builder.append(
      "second", .convolution(Convolution(inputChannels: 16, outputChannels: 8, kernel: Size2D(3))),
      first)
    let model = try Model.random(builder.graph(output: second))
    var weights = model.weights
    let area = 9
    for (name, isReader) in [("first.weight", false), ("second.weight", true)] {
      let old = try #require(weights[name])
      var values = old.floats
      for index in values.indices {
        let channel = isReader ? index / area % 16 : index / (3 * area)
        if channel == 5 { values[index] *= isReader ? 1000 : 0.001 }
      }
      weights[name] = try Weight(shape: old.shape, values: values)
    }
    let bias = try #require(weights["first.bias"])
    weights["first.bias"] = try Weight(
      shape: bias.shape, values: bias.floats.enumerated().map { $0 == 5 ? 0 : $1 })
    let lopsided = try Model(
      graph: model.graph, weights: weights, preprocessing: model.preprocessing)
    let input = EngineTester(model: lopsided).input()
    let reference = try Engine(
      model: lopsided, options: Engine.Options(kernels: KernelSet(named: "reference")))
    let engine = try Engine(model: lopsided, options: Engine.Options(kernels: kernels))
    let expected = try reference.run(input)
    let found = try engine.run(input)
    let error = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let energy = expected.reduce(0) { $0 + $1 * $1 }
    #expect((error / energy).squareRoot() < 0.005)
  }

  @Test(arguments: kernels, weights)
  func groupedConvolutions(_ kernels: KernelSet, _ kind: WeightKind) throws {
    try check(kernels, kind) {
      let wide = $0.append(
        "wide",
        .convolution(
          Convolution(inputChannels: 3, outputChannels: 18, kernel: Size2D(1), groups: 3)),
        $0.input)
      let grouped = $0.append(
        "grouped",
        .convolution(
          Convolution(
            inputChannels: 18, outputChannels: 34, kernel: Size2D(3), padding: Padding2D(1),
            groups: 2, hasBias: false)),
        wide)
      return $0.append(
        "depthwise",
        .convolution(
          Convolution(
            inputChannels: 34, outputChannels: 34, kernel: Size2D(3), stride: Size2D(2),
            groups: 34)),
        grouped)
    }
  }

  @Test(arguments: kernels, weights)
  func linearAfterFlatten(_ kernels: KernelSet, _ kind: WeightKind) throws {
    try check(kernels, kind) {
      let flat = $0.append("flat", .flatten, $0.input)
      let dropped = $0.append("drop", .dropout(rate: 0.5), flat)
      let hidden = $0.append("hidden", .linear(Linear(inputs: 189, outputs: 37)), dropped)
      let norm = $0.append("norm", .batchNorm(BatchNorm(channels: 37)), hidden)
      let active = $0.append("active", .relu, norm)
      return $0.append("out", .linear(Linear(inputs: 37, outputs: 3, hasBias: false)), active)
    }
  }

  @Test(arguments: kernels)
  func flattenedMapReadByOthers(_ kernels: KernelSet) throws {
    try check(kernels) {
      let flat = $0.append("flat", .flatten, $0.input)
      let norm = $0.append("norm", .batchNorm(BatchNorm(channels: 189)), flat)
      let linear = $0.append("linear", .linear(Linear(inputs: 189, outputs: 189)), flat)
      let joined = $0.append("joined", .concatenate, norm, flat, linear)
      return $0.append("active", .relu, joined)
    }
  }

  @Test(arguments: kernels)
  func flattenAsOutput(_ kernels: KernelSet) throws {
    try check(kernels) { $0.append("flat", .flatten, $0.input) }
  }

  @Test(arguments: kernels)
  func batchNormAlone(_ kernels: KernelSet) throws {
    try check(kernels) {
      let norm = $0.append("norm", .batchNorm(BatchNorm(channels: 3, epsilon: 1e-3)), $0.input)
      return $0.append("active", .relu, norm)
    }
  }

  @Test(arguments: kernels, [false, true])
  func pooling(_ kernels: KernelSet, ceilMode: Bool) throws {
    for countsPadding in [false, true] {
      let attributes = Pooling(
        kernel: Size2D(height: 3, width: 2), stride: Size2D(height: 2, width: 3),
        padding: Padding2D(top: 1, left: 0, bottom: 2, right: 1), ceilMode: ceilMode,
        countsPadding: countsPadding)
      try check(kernels) { $0.append("pool", .maxPool(attributes), $0.input) }
      try check(kernels) { $0.append("pool", .averagePool(attributes), $0.input) }
    }
    try check(kernels) { $0.append("pool", .globalAveragePool, $0.input) }
  }

  @Test(arguments: kernels)
  func sums(_ kernels: KernelSet) throws {
    try check(kernels) {
      let twice = $0.append("twice", .add, $0.input, $0.input)
      let three = $0.append("three", .add, twice, $0.input, twice)
      return $0.append("active", .relu, three)
    }
  }

  @Test(arguments: kernels)
  func padAndSlice(_ kernels: KernelSet) throws {
    try check(kernels) {
      let padded = $0.append(
        "padded",
        .pad(
          Pad(
            channelsBefore: 2, channelsAfter: 3,
            spatial: Padding2D(top: 1, left: 2, bottom: 0, right: 3), value: -0.5)),
        $0.input)
      let grid = $0.append(
        "grid",
        .slice(
          StridedSlice(
            channels: .init(start: 1, end: 6), height: .init(start: 1, step: 2),
            width: .init(start: 0, end: 11, step: 3))),
        padded)
      let every = $0.append("every", .slice(StridedSlice(channels: .init(step: 2))), grid)
      return $0.append("joined", .concatenate, grid, every, grid)
    }
  }

  @Test(arguments: kernels, weights)
  func convolutionOfASlice(_ kernels: KernelSet, _ kind: WeightKind) throws {
    try check(kernels, kind) {
      let grid = $0.append(
        "grid",
        .slice(
          StridedSlice(
            channels: .init(start: 1), height: .init(start: 1), width: .init(step: 2))),
        $0.input)
      return $0.append(
        "conv",
        .convolution(
          Convolution(
            inputChannels: 2, outputChannels: 20, kernel: Size2D(3), padding: Padding2D(2))),
        grid)
    }
  }
}
