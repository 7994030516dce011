import NetworkOracle
import SignetModel
import SignetRuntime
import Testing

/// The operations of imported networks, against the interpreter.
@Suite struct EngineElementwiseTests {
  private func check(
    shape: Shape = .map(6, 5, 4), sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout GraphBuilder) -> String
  ) throws {
    // The input is grey, whatever the shape under test.
    var builder = GraphBuilder(inputShape: .map(1, shape.channels * shape.height, shape.width))
    builder.append("map", .reshape(shape), builder.input)
    let output = build(&builder)
    let model = try Model.random(builder.graph(output: output), weights: .float)
    var tester = EngineTester(model: model, images: 3)
    tester.options = Engine.Options(threads: 2, maximumBatch: 2)
    try tester.run(sourceLocation: sourceLocation)
  }

  static let functions: [Activation] = [
    .leakyRelu(slope: 0.1), .clip(minimum: -0.5, maximum: 0.25), .clip(minimum: nil, maximum: 0),
    .clip(minimum: 0.1, maximum: nil), .sigmoid, .hardSigmoid(slope: 0.2, offset: 0.4),
    .hardSwish, .silu,
  ]

  @Test(arguments: functions)
  func activation(_ function: Activation) throws {
    try check { $0.append("function", .activation(function), "map") }
  }

  @Test(arguments: [
    Shape.map(6, 1, 1), .map(1, 1, 1), .map(1, 5, 4), .map(6, 1, 4), .map(6, 5, 4), .map(1, 1, 4),
  ])
  func constants(_ shape: Shape) throws {
    for (hasWeight, hasBias) in [(true, true), (true, false), (false, true)] {
      let affine = Affine(shape: shape, hasWeight: hasWeight, hasBias: hasBias)
      try check {
        let value = $0.append("affine", .affine(affine), "map")
        return $0.append("relu", .relu, value)
      }
    }
    try check { $0.append("prelu", .prelu(shape), "map") }
  }

  @Test func products() throws {
    try check {
      let pooled = $0.append("pooled", .globalAveragePool, "map")
      let gate = $0.append("gate", .activation(.sigmoid), pooled)
      let spatial = $0.append(
        "spatial",
        .convolution(Convolution(inputChannels: 6, outputChannels: 1, kernel: Size2D(1))), "map")
      return $0.append("product", .multiply, "map", gate, spatial, "map")
    }
  }

  @Test func productsOfVectors() throws {
    try check {
      let flat = $0.append("flat", .flatten, "map")
      let linear = $0.append("linear", .linear(Linear(inputs: 120, outputs: 120)), flat)
      let one = $0.append("one", .linear(Linear(inputs: 120, outputs: 1)), flat)
      return $0.append("product", .multiply, flat, linear, one)
    }
  }

  @Test(arguments: 1...9)
  func localResponseNorm(_ size: Int) throws {
    let norm = LocalResponseNorm(size: size, alpha: 0.3, beta: 0.75, bias: 1.5)
    try check { $0.append("norm", .localResponseNorm(norm), "map") }
  }

  @Test func softmax() throws {
    for axis in 0..<3 {
      try check { $0.append("softmax", .softmax(axis: axis), "map") }
    }
    try check {
      let flat = $0.append("flat", .flatten, "map")
      return $0.append("softmax", .softmax(axis: 0), flat)
    }
  }

  @Test func rearrangements() throws {
    try check { $0.append("reshape", .reshape(.map(4, 3, 10)), "map") }
    try check {
      let shuffle = Transposition(
        extents: [3, 2, 5, 4], order: [1, 0, 2, 3], shape: .map(6, 5, 4))
      let shuffled = $0.append("shuffle", .transpose(shuffle), "map")
      return $0.append("both", .concatenate, shuffled, "map")
    }
    try check {
      let transposition = Transposition(
        extents: [2, 3, 5, 4], order: [3, 0, 2, 1], shape: .map(8, 5, 3))
      return $0.append("transpose", .transpose(transposition), "map")
    }
    try check {
      let pooled = $0.append("pooled", .globalAveragePool, "map")
      let vector = $0.append("vector", .reshape(.vector(6)), pooled)
      let linear = $0.append("linear", .linear(Linear(inputs: 6, outputs: 6)), vector)
      let gate = $0.append("gate", .reshape(.map(6, 1, 1)), linear)
      return $0.append("scaled", .multiply, "map", gate)
    }
  }

  @Test(arguments: [Pad.Mode.edge, .reflect, .wrap])
  func padding(_ mode: Pad.Mode) throws {
    let pad = Pad(
      channelsBefore: 1, channelsAfter: 2, spatial: Padding2D(top: 3, left: 0, bottom: 1, right: 2),
      mode: mode)
    try check { $0.append("pad", .pad(pad), "map") }
  }

  @Test func dilatedPooling() throws {
    for countsPadding in [false, true] {
      for ceilMode in [false, true] {
        let pooling = Pooling(
          kernel: Size2D(height: 2, width: 3), stride: Size2D(2),
          padding: Padding2D(top: 1, left: 2, bottom: 0, right: 1), ceilMode: ceilMode,
          countsPadding: countsPadding, dilation: Size2D(height: 3, width: 2))
        try check(shape: .map(3, 8, 7)) { $0.append("pool", .averagePool(pooling), "map") }
        try check(shape: .map(3, 8, 7)) { $0.append("pool", .maxPool(pooling), "map") }
      }
    }
  }
}
