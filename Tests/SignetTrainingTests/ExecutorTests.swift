import Foundation
import SignetModel
import Testing
import Torch

@testable import SignetTraining

@Suite struct ExecutorTests {
  /// One node on one image.
  private func run(
    _ operation: NodeOperation, shape: Shape, input: [Float],
    weights: [ParameterRole: [Float]] = [:], options: Executor.Options = .init()
  ) throws -> [Float] {
    var g = GraphBuilder(inputShape: shape)
    g.append("node", operation, g.input)
    let graph = try g.graph(output: "node")
    var table: [String: Weight] = [:]
    for (role, shape) in operation.parameters {
      table["node.\(role.rawValue)"] = try Weight(shape: shape, values: weights[role] ?? [])
    }
    let preprocessing =
      shape.channels == 3
      ? Tiny.preprocessing : Preprocessing(channelOrder: .grey, mean: [0], std: [1])
    let model = try Model(graph: graph, weights: table, preprocessing: preprocessing)
    return try Executor(model: model, options: options).logits(images: input, count: 1)
  }

  private let counting: [Float] = (1...9).map(Float.init)

  @Test(arguments: [true, false])
  func convolution(channelsLast: Bool) throws {
    let convolution = Convolution(
      inputChannels: 1, outputChannels: 1, kernel: Size2D(2), hasBias: true)
    let result = try run(
      .convolution(convolution), shape: .map(1, 3, 3), input: counting,
      weights: [.weight: [1, 2, 3, 4], .bias: [0.5]],
      options: .init(channelsLast: channelsLast))
    #expect(result == [37.5, 47.5, 67.5, 77.5])
  }

  @Test func convolutionWithUnequalPadding() throws {
    let convolution = Convolution(
      inputChannels: 1, outputChannels: 1, kernel: Size2D(2), stride: Size2D(2),
      padding: Padding2D(top: 1, left: 0, bottom: 0, right: 1), hasBias: false)
    let result = try run(
      .convolution(convolution), shape: .map(1, 3, 3), input: counting,
      weights: [.weight: [1, 2, 3, 4]])
    // Rows 0-1 are padding and 1 2 3; columns 2-3 are the last and padding.
    #expect(result == [11, 9, 67, 33])
  }

  @Test func poolingWithUnequalPaddingAndCeiling() throws {
    let padding = Padding2D(top: 0, left: 0, bottom: 1, right: 1)
    let kernel = Size2D(2)
    let maximum = Pooling(kernel: kernel, stride: kernel, padding: padding)
    #expect(
      try run(.maxPool(maximum), shape: .map(1, 3, 3), input: counting.map { -$0 })
        == [-1, -3, -7, -9])
    var average = maximum
    #expect(
      try run(.averagePool(average), shape: .map(1, 3, 3), input: counting) == [
        3, 2.25, 3.75, 2.25,
      ])
    average.countsPadding = false
    #expect(
      try run(.averagePool(average), shape: .map(1, 3, 3), input: counting) == [3, 4.5, 7.5, 9])
    let ceiling = Pooling(kernel: kernel, stride: kernel, ceilMode: true)
    #expect(try run(.maxPool(ceiling), shape: .map(1, 3, 3), input: counting) == [5, 6, 8, 9])
  }

  @Test func batchNormUsesRunningStatistics() throws {
    let result = try run(
      .batchNorm(BatchNorm(channels: 1, epsilon: 0)), shape: .map(1, 1, 2), input: [1, 5],
      weights: [.weight: [2], .bias: [1], .runningMean: [3], .runningVariance: [4]])
    #expect(result == [-1, 3])
  }

  @Test func padSliceAndTheRest() throws {
    let pad = Pad(
      channelsAfter: 1, spatial: Padding2D(top: 1, left: 0, bottom: 0, right: 0), value: 7)
    #expect(
      try run(.pad(pad), shape: .map(1, 1, 2), input: [1, 2]) == [7, 7, 1, 2, 7, 7, 7, 7])
    let slice = StridedSlice(
      height: StridedSlice.Axis(start: 0, end: nil, step: 2),
      width: StridedSlice.Axis(start: 1, end: 3, step: 1))
    #expect(try run(.slice(slice), shape: .map(1, 3, 3), input: counting) == [2, 3, 8, 9])
    #expect(try run(.relu, shape: .map(1, 1, 2), input: [-1, 2]) == [0, 2])
    #expect(try run(.globalAveragePool, shape: .map(1, 3, 3), input: counting) == [5])
    #expect(try run(.dropout(rate: 0.5), shape: .map(1, 1, 2), input: [1, 2]) == [1, 2])
    #expect(try run(.flatten, shape: .map(1, 3, 3), input: counting) == counting)
  }

  @Test func functionsOfElements() throws {
    let input: [Float] = [-4, -1, 0, 0.5, 2, 5]
    for function: Activation in [
      .leakyRelu(slope: 0.25), .clip(minimum: -2, maximum: 1), .clip(minimum: nil, maximum: 0),
      .sigmoid, .hardSigmoid(slope: 0.2, offset: 0.4), .hardSwish, .silu,
    ] {
      let result = try run(.activation(function), shape: .map(1, 2, 3), input: input)
      for (found, x) in zip(result, input) {
        #expect(abs(found - function(x)) <= 1e-6, "\(function) of \(x)")
      }
    }
    #expect(
      try run(
        .prelu(.map(3, 1, 1)), shape: .map(3, 1, 2), input: [-1, 2, -3, 4, -1, -1],
        weights: [.weight: [0.5, 2, 3]]) == [-0.5, 2, -6, 4, -3, -3])
    #expect(
      try run(
        .affine(Affine(shape: .map(1, 1, 2))), shape: .map(1, 2, 2), input: [1, 2, 3, 4],
        weights: [.weight: [10, 100], .bias: [1, 2]]) == [11, 202, 31, 402])
    let softmax = try run(.softmax(axis: 1), shape: .map(1, 2, 2), input: [0, 1, 0, 3])
    #expect(softmax[0] == 0.5 && abs(softmax[1] + softmax[3] - 1) < 1e-6)
    #expect(abs(softmax[3] / softmax[1] - Float(M_E * M_E)) < 1e-4)
  }

  @Test func localResponseNormOfEvenAndOddSizes() throws {
    let cases: [(size: Int, expected: [Float])] = [
      (3, [1.0 / 6, 2.0 / 15, 3.0 / 14]), (2, [1.0 / 6, 2.0 / 14, 0.3]),
    ]
    for (size, expected) in cases {
      let norm = LocalResponseNorm(size: size, alpha: Float(size), beta: 1, bias: 1)
      let result = try run(.localResponseNorm(norm), shape: .map(3, 1, 1), input: [1, 2, 3])
      for (found, wanted) in zip(result, expected) { #expect(abs(found - wanted) < 1e-6) }
    }
  }

  @Test func rearrangements() throws {
    let input = (0..<12).map(Float.init)
    for channelsLast in [true, false] {
      let options = Executor.Options(channelsLast: channelsLast)
      #expect(
        try run(.reshape(.map(2, 3, 2)), shape: .map(3, 2, 2), input: input, options: options)
          == input)
      let transposition = Transposition(
        extents: [2, 3, 2], order: [1, 0, 2], shape: .map(6, 1, 2))
      #expect(
        try run(.transpose(transposition), shape: .map(3, 2, 2), input: input, options: options)
          == [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])
    }
  }

  @Test func paddingThatRepeatsTheMap() throws {
    func padded(_ mode: Pad.Mode) throws -> [Float] {
      let padding = Padding2D(top: 0, left: 2, bottom: 0, right: 1)
      return try run(
        .pad(Pad(spatial: padding, mode: mode)), shape: .map(1, 1, 3), input: [1, 2, 3])
    }
    #expect(try padded(.edge) == [1, 1, 1, 2, 3, 3])
    #expect(try padded(.reflect) == [3, 2, 1, 2, 3, 2])
    #expect(try padded(.wrap) == [2, 3, 1, 2, 3, 1])
  }

  @Test func poolingWithGaps() throws {
    var pooling = Pooling(
      kernel: Size2D(2), stride: Size2D(1), padding: Padding2D(1), countsPadding: false,
      dilation: Size2D(2))
    #expect(
      try run(.maxPool(pooling), shape: .map(1, 3, 3), input: counting)
        == [5, 6, 5, 8, 9, 8, 5, 6, 5])
    #expect(
      try run(.averagePool(pooling), shape: .map(1, 3, 3), input: counting)
        == [5, 5, 5, 5, 5, 5, 5, 5, 5])
    pooling.countsPadding = true
    #expect(
      try run(.averagePool(pooling), shape: .map(1, 3, 3), input: counting)
        == [1.25, 2.5, 1.25, 2.5, 5, 2.5, 1.25, 2.5, 1.25])
  }

  @Test func flattenIsChannelsOutermostWhateverTheMemoryOrder() throws {
    let input = (0..<12).map(Float.init)
    for channelsLast in [true, false] {
      #expect(
        try run(
          .flatten, shape: .map(3, 2, 2), input: input, options: .init(channelsLast: channelsLast))
          == input)
    }
  }

  @Test func valuesReadTwiceSurviveOverwriting() throws {
    // relu must not overwrite `sum`, which the addition reads again.
    var g = GraphBuilder(inputShape: .map(1, 1, 2))
    g.append("sum", .add, g.input, g.input)
    g.append("relu", .relu, "sum")
    g.append("total", .add, "relu", "sum")
    g.append("concatenated", .concatenate, "total", g.input)
    let graph = try g.graph(output: "concatenated")
    let preprocessing = Preprocessing(channelOrder: .grey, mean: [0], std: [1])
    let executor = try Executor(
      model: Model(graph: graph, weights: [:], preprocessing: preprocessing))
    #expect(try executor.logits(images: [-1, 3], count: 1) == [-2, 12, -1, 3])
  }

  @Test func captureSeesEveryValueUnchanged() throws {
    let model = try Tiny.model()
    let executor = try Executor(model: model)
    let images = try Tensor(Tiny.images(2), shape: [2, 3, 8, 8])
    var values: [String: Tensor] = [:]
    let scores = try executor.forward(images) { node, value in values[node.name] = value }
    #expect(values.count == model.graph.nodes.count)
    #expect(try scores.toFloats() == executor.logits(images: Tiny.images(2), count: 2))
    let before = try #require(try values["bn1"]?.toFloats())
    #expect(before.contains { $0 < 0 })
    #expect(try values["relu1"]?.toFloats() == before.map { max($0, 0) })
    #expect(values["down"]?.shape == [2, 12, 4, 4])
  }

  /// Whoever captures values gets them one by one; otherwise batch norms are done with what follows.
  @Test func trainingInFewerPassesIsTheSame() throws {
    let model = try Tiny.model()
    let images = try Tensor(Tiny.images(6), shape: [6, 3, 8, 8])
    let options = TrainingOptions(precision: .float32)
    let executors = try (0..<2).map { _ in
      let executor = try Executor(training: model, teacher: nil, options: options)
      _ = try Optimization(executor: executor, options: options)
      return executor
    }
    let scores = [
      try executors[0].forwardTraining([images])[0],
      try executors[1].forwardTraining([images]) { _, _ in }[0],
    ]
    for value in scores { try value.square().sum().backward() }
    func differ(_ found: Tensor?, _ expected: Tensor?, _ name: String) throws {
      let (found, expected) = (try #require(found).toFloats(), try #require(expected).toFloats())
      let size = expected.map(abs).max() ?? 0
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-4 * size, "\(name)") }
    }
    try differ(scores[0], scores[1], "scores")
    for (index, node) in model.graph.nodes.enumerated() {
      let tensors = executors.map { $0.parameters[index].tensors }
      for (role, tensor) in tensors[0] {
        let name = node.parameterName(role)
        if role == .runningMean || role == .runningVariance {
          try differ(tensor, tensors[1][role], name)
          #expect(try tensor.toFloats() != model.weights[name]?.floats, "\(name)")
        } else {
          try differ(tensor.grad, tensors[1][role]?.grad, name)
        }
      }
    }
  }

  @Test func batchNormsAreOneStepWithWhatOnlyReadsThem() throws {
    let graph = try Tiny.graph()
    let fused = ExecutionPlan(graph, fusesBatchNorms: true)
    let pairs = fused.steps.compactMap { step in
      step.batchNorm.map { (graph.nodes[$0].name, graph.nodes[step.node].name, step.inputs.count) }
    }
    #expect(pairs.map(\.0) == ["bn1", "block.bn1", "block.bn2"])
    #expect(pairs.map(\.1) == ["relu1", "block.relu1", "block.relu2"])
    #expect(pairs.map(\.2) == [1, 1, 2])
    // Three batch norms and an addition.
    #expect(fused.steps.count == ExecutionPlan(graph).steps.count - 4)

    // Someone else reads the batch norm, the sum or neither, which is the output.
    var g = GraphBuilder(inputShape: .map(4, 2, 2))
    g.append("bn1", .batchNorm(BatchNorm(channels: 4)), g.input)
    g.append("relu1", .relu, "bn1")
    g.append("add1", .add, "relu1", "bn1")
    g.append("bn2", .batchNorm(BatchNorm(channels: 4)), "add1")
    g.append("add2", .add, "bn2", "relu1")
    g.append("relu2", .relu, "add2")
    g.append("add3", .add, "relu2", "add2")
    g.append("bn3", .batchNorm(BatchNorm(channels: 4)), "add3")
    let shared = try g.graph(output: "bn3")
    let steps = ExecutionPlan(shared, fusesBatchNorms: true).steps
    #expect(steps.count == 8 && steps.allSatisfy { $0.batchNorm == nil })
  }

  @Test func binaryWeightsAreTheirCodesTimesScales() throws {
    let model = try Tiny.model()
    var binary = model.weights
    var expanded = model.weights
    for layer in model.graph.layers {
      let name = layer.parameterName(.weight)
      let weight = try #require(model.weights[name])
      let codes = try BinaryCodes(signsOf: weight, codeCount: 2)
      binary[name] = try Weight(shape: weight.shape, storage: .binary(codes))
      expanded[name] = try Weight(shape: weight.shape, values: codes.expanded)
    }
    let images = Tiny.images(3)
    #expect(
      try Executor(model: model.with(weights: binary)).logits(images: images, count: 3)
        == Executor(model: model.with(weights: expanded)).logits(images: images, count: 3))
  }

  @Test func bfloat16IsNearFloat32() throws {
    let model = try Tiny.model()
    let images = Tiny.images(4)
    let exact = try Executor(model: model).logits(images: images, count: 4)
    let rounded = try Executor(model: model, options: .init(precision: .bfloat16))
      .logits(images: images, count: 4)
    let norm = exact.reduce(0) { $0 + $1 * $1 }
    let error = zip(exact, rounded).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // Each of the seven layers rounds inputs and weights to 8 bits: relative 2⁻⁹ each, adding up
    // like a random walk, with headroom for cancellation.
    let bound = 4 * 2 * 7 * Float(sign: .plus, exponent: -18, significand: 1)
    #expect(error > 0 && error < bound * norm)
  }

  @Test func wrongInputIsNamed() throws {
    let executor = try Executor(model: Tiny.model())
    #expect(throws: TrainingError.self) { try executor.logits(images: [1, 2, 3], count: 1) }
    #expect(throws: TrainingError.self) { try executor.logits(images: [], count: 0) }
    #expect(throws: TrainingError.self) {
      try executor.forward(Tensor.zeros([1, 1, 8, 8]))
    }
  }
}
