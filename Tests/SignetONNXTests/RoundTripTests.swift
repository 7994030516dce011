import Foundation
import SignetModel
import SignetONNX
import SignetRuntime
import Testing

/// What is exported comes back as it was, and computes the same.
@Suite struct RoundTripTests {
  static func model(codes: Int = 0) throws -> Model {
    var g = GraphBuilder(inputShape: .map(3, 9, 9))
    g.append(
      "stem",
      .convolution(
        Convolution(
          inputChannels: 3, outputChannels: 8, kernel: Size2D(3), stride: Size2D(2),
          padding: Padding2D(top: 1, left: 0, bottom: 2, right: 2), hasBias: false)), g.input)
    g.append("norm", .batchNorm(BatchNorm(channels: 8, epsilon: 1e-3)), "stem")
    g.append("relu", .relu, "norm")
    g.append(
      "depthwise",
      .convolution(
        Convolution(
          inputChannels: 8, outputChannels: 8, kernel: Size2D(3), padding: Padding2D(2),
          dilation: Size2D(2), groups: 8)), "relu")
    g.append("silu", .activation(.silu), "depthwise")
    g.append("squeezed", .globalAveragePool, "silu")
    g.append("gate", .activation(.hardSigmoid(slope: 0.25, offset: 0.5)), "squeezed")
    g.append("gated", .multiply, "silu", "gate")
    g.append("sum", .add, "gated", "relu", "silu")
    g.append("swish", .activation(.hardSwish), "sum")
    g.append("clip", .activation(.clip(minimum: nil, maximum: 0.75)), "swish")
    g.append("leaky", .activation(.leakyRelu(slope: 0.1)), "clip")
    g.append("prelu", .prelu(.map(8, 1, 1)), "leaky")
    g.append("lrn", .localResponseNorm(LocalResponseNorm(size: 5, alpha: 0.1)), "prelu")
    g.append("affine", .affine(Affine(shape: .map(1, 1, 5))), "lrn")
    g.append(
      "shuffle",
      .transpose(
        Transposition(
          extents: [4, 2, 5, 5], order: [1, 0, 2, 3], shape: .map(8, 5, 5))), "affine")
    g.append(
      "pad",
      .pad(Pad(channelsAfter: 1, spatial: Padding2D(top: 1, left: 2, bottom: 0, right: 1))),
      "shuffle")
    g.append("edge", .pad(Pad(spatial: Padding2D(1), mode: .edge)), "pad")
    g.append(
      "slice",
      .slice(
        StridedSlice(
          channels: .init(start: 1, end: 9, step: 2), height: .init(start: 0, end: 8, step: 1),
          width: .init(start: 1, end: 9, step: 1))), "edge")
    g.append(
      "max",
      .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(2), padding: Padding2D(1))), "slice")
    g.append(
      "average",
      .averagePool(
        Pooling(
          kernel: Size2D(3), stride: Size2D(2), padding: Padding2D(1), countsPadding: false)),
      "slice")
    g.append("joined", .concatenate, "max", "average")
    g.append("flat", .flatten, "joined")
    g.append("dropout", .dropout(rate: 0.25), "flat")
    g.append("hidden", .linear(Linear(inputs: 128, outputs: 7)), "dropout")
    g.append("softmax", .softmax(axis: 0), "hidden")
    let graph = try g.graph(output: "softmax")
    return try Model(
      graph: graph, weights: weights(for: graph, codes: codes),
      preprocessing: Preprocessing(
        resizeShorterSide: 12, channelOrder: .bgr, scale: 1, mean: [1, 2, 3], std: [4, 5, 6]),
      labels: (0..<7).map { "class \($0)" },
      provenance: Provenance(steps: [.init(verb: "train", results: ["top1": 12.5])]))
  }

  /// Codes per filter, constants and input scales in all layers.
  static func richModel() throws -> Model {
    let model = try model(codes: 2)
    var weights = model.weights
    for layer in model.graph.layers {
      let name = layer.parameterName(.weight)
      weights[name] = try weights[name].map { try richWeight($0, groups: layer.groups) }
    }
    return try model.with(weights: weights)
  }

  private func imported(_ model: Model, _ encoding: ONNXExporter.Encoding) throws -> Model {
    let data = try ONNXExporter(options: .init(encoding: encoding)).data(model)
    return try ONNXImporter().model(data, file: URL(fileURLWithPath: "/tmp/round.onnx"))
  }

  private func expectEqualScores(_ left: Model, _ right: Model) throws {
    let images = numbers(2 * left.graph.inputShape.elementCount)
    // Faster kernels round activations by their own images' scales, and rounding magnifies what the
    // last bits of folded weights differ by.
    let expected = try Engine(model: left, options: .init(isExact: true)).run(images, count: 2)
    let found = try Engine(model: right, options: .init(isExact: true)).run(images, count: 2)
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
  }

  @Test func floatModelComesBackWhole() throws {
    let model = try Self.model()
    let back = try imported(model, .bits)
    #expect(back.weights["stem.weight"] == model.weights["stem.weight"])
    #expect(back.weights["norm.running_var"] == model.weights["norm.running_var"])
    #expect(back.graph.layers.map(\.name) == model.graph.layers.map(\.name))
    #expect(back.preprocessing == model.preprocessing)
    #expect(back.labels == model.labels)
    #expect(back.provenance.steps.first == model.provenance.steps.first)
    #expect(back.provenance.steps.last?.verb == "import")
    try expectEqualScores(model, back)
  }

  /// Everything but views and affine maps has an operator of its own.
  @Test func operationsComeBackAsTheyWere() throws {
    let model = try Self.model()
    let back = try imported(model, .float)
    for node in model.graph.nodes where node.operation.kind != .affine {
      let found = back.graph.node(named: node.name)
      #expect(found?.operation.kind == node.operation.kind, "\(node.name)")
      if node.operation.kind != .transpose && node.operation.kind != .slice {
        #expect(found?.operation == node.operation || node.name == "norm", "\(node.name)")
      }
    }
  }

  @Test(arguments: [1, 2, 3]) func codesComeBack(_ codes: Int) throws {
    let model = try Self.model(codes: codes)
    let back = try imported(model, .bits)
    for layer in model.graph.layers {
      #expect(back.weight(.weight, of: layer)?.codes == model.weight(.weight, of: layer)?.codes)
    }
    for encoding in [ONNXExporter.Encoding.int2, .int4, .int8, .float] {
      let expanded = try imported(model, encoding)
      #expect(!expanded.graph.layers.contains { expanded.isBinary($0) })
      #expect(
        expanded.weights["stem.weight"]?.floats == model.weights["stem.weight"]?.floats)
      try expectEqualScores(model, expanded)
    }
  }

  /// Codes per filter, constants and input scales, in layers of one and of several groups.
  @Test func partsOfCodesComeBack() throws {
    let model = try Self.richModel()
    let back = try imported(model, .bits)
    for layer in model.graph.layers {
      let codes = try #require(model.weight(.weight, of: layer)?.codes)
      #expect(!codes.rows.areEqual && codes.constants != nil && codes.inputScales != nil)
      #expect(back.weight(.weight, of: layer)?.codes == codes, "\(layer.name)")
    }
    for encoding in [ONNXExporter.Encoding.int2, .int4, .int8, .float] {
      let expanded = try imported(model, encoding)
      #expect(!expanded.graph.layers.contains { expanded.isBinary($0) })
      for layer in model.graph.layers {
        #expect(
          expanded.weight(.weight, of: layer)?.floats == model.weight(.weight, of: layer)?.floats,
          "\(layer.name)")
      }
      try expectEqualScores(model, expanded)
    }
  }

  /// Layers in 8 bits keep their codes, with DequantizeLinear, whatever the binary ones get.
  @Test(arguments: [0, 1]) func compactModelComesBack(_ codes: Int) throws {
    let model = try Self.model(codes: codes).compacted()
    for encoding in [ONNXExporter.Encoding.bits, .int8] {
      let back = try imported(model, encoding)
      for layer in model.graph.layers {
        guard let weight = model.weight(.weight, of: layer),
          case .int8(let filters) = weight.storage
        else { continue }
        guard case .int8(let found) = back.weight(.weight, of: layer)?.storage else {
          Issue.record("\(layer.name) did not come back in 8 bits")
          continue
        }
        #expect(found.codes == filters.codes)
        #expect(found.scales.array == filters.scales.array)
      }
      try expectEqualScores(model, back)
    }
    let float = try imported(model, .float)
    #expect(float.weights.values.allSatisfy { $0.isFloat })
    try expectEqualScores(model, float)
  }

  @Test func bitsAreSmall() throws {
    var g = GraphBuilder(inputShape: .map(3, 8, 8))
    g.append(
      "a",
      .convolution(
        Convolution(inputChannels: 3, outputChannels: 64, kernel: Size2D(3), hasBias: false)),
      g.input)
    g.append(
      "b",
      .convolution(
        Convolution(inputChannels: 64, outputChannels: 256, kernel: Size2D(3), hasBias: false)),
      "a")
    let graph = try g.graph(output: "b")
    let model = try Model(
      graph: graph, weights: weights(for: graph, codes: 1), preprocessing: .unit)
    let sizes = try [ONNXExporter.Encoding.bits, .int8, .float, .int2, .int4].map {
      try ONNXExporter(options: .init(encoding: $0)).data(model).count
    }
    // 27·64 + 576·256 weights; scales and the graph itself take some kilobytes.
    #expect(sizes[0] < 149_184 / 8 + 6000)
    #expect(sizes[1] > 149_184 && sizes[1] < 149_184 + 6000)
    #expect(sizes[2] > 4 * 149_184)
    #expect(sizes[3] > 149_184 / 4 && sizes[3] < 149_184 / 4 + 6000)
    #expect(sizes[4] > 149_184 / 2 && sizes[4] < 149_184 / 2 + 6000)
  }
}
