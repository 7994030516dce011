import Foundation
import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Networks in Signet's own operators, written and read back.
@Suite struct OperatorExportTests {
  private static let own: [ONNXExporter.Operators] = [.signet, .signetLayers]

  private func proto(
    _ model: Model, _ operators: ONNXExporter.Operators
  ) throws -> ProtoModel {
    try ProtoModel(
      serializedBytes: ONNXExporter(options: .init(operators: operators)).data(model))
  }

  private func imported(_ proto: ProtoModel) throws -> Model {
    try ONNXImporter().model(proto.serializedBytes(), file: URL(fileURLWithPath: "/tmp/own.onnx"))
  }

  /// A layer, what follows it closely and a shortcut, and a tail that is ONNX's.
  private static func residualModel() throws -> Model {
    var g = GraphBuilder(inputShape: .map(4, 8, 8))
    for (name, input) in [("a", g.input), ("b", "relu_a"), ("c", "relu_b")] {
      g.append(
        name,
        .convolution(
          Convolution(
            inputChannels: 4, outputChannels: 4, kernel: Size2D(3), padding: Padding2D(1),
            groups: name == "b" ? 2 : 1, hasBias: name != "c")), input)
      if name == "b" { g.append("sum_b", .add, "relu_a", "b") }
      if name == "c" { g.append("clip_c", .activation(.clip(minimum: -1, maximum: 6)), "c") }
      if name != "c" { g.append("relu_\(name)", .relu, name == "b" ? "sum_b" : name) }
    }
    g.append("flat", .flatten, "clip_c")
    g.append("scores", .linear(Linear(inputs: 256, outputs: 5)), "flat")
    g.append("softmax", .softmax(axis: 0), "scores")
    let graph = try g.graph(output: "softmax")
    return try Model(
      graph: graph, weights: weights(for: graph, codes: 2), preprocessing: .none)
  }

  @Test func aBlockHasAllLayersAndTheTailIsLeft() throws {
    let graph = try proto(Self.residualModel(), .signet).graph
    #expect(graph.node.map(\.opType) == ["BinaryBlock", "Softmax"])
    #expect(graph.node.map(\.domain) == ["ai.signet", ""])
    #expect(graph.initializer.map(\.dataType) == [ElementType.uint8.onnxCode])
  }

  @Test func layersTakeWhatFollowsThem() throws {
    let graph = try proto(Self.residualModel(), .signetLayers).graph
    #expect(
      graph.node.map(\.opType)
        == ["BinaryConv", "BinaryConv", "BinaryConv", "Flatten", "BinaryLinear", "Softmax"])
    #expect(
      graph.node[1].input == [
        "relu_a", "b.weight.codes", "b.weight.scale", "b.bias", "", "", "", "relu_a",
      ])
    #expect(graph.node[1].output == ["relu_b"])
    let attributes = Dictionary(
      uniqueKeysWithValues: graph.node[2].attribute.map { ($0.name, $0) })
    #expect(attributes["weight_shape"]?.ints == [4, 4, 3, 3])
    #expect(attributes["activation"]?.s == Data("Clip".utf8))
    #expect(attributes["activation_params"]?.floats == [-1, 6])
    #expect(attributes["layer_names"]?.strings == [Data("c".utf8), Data("clip_c".utf8)])
  }

  @Test(arguments: own) func networksComeBackAsTheyWere(
    _ operators: ONNXExporter.Operators
  ) throws {
    for model in try [
      Self.residualModel(), RoundTripTests.model(codes: 1), RoundTripTests.richModel(),
      RoundTripTests.richModel().compacted(),
    ] {
      let back = try imported(proto(model, operators))
      #expect(
        Set(back.graph.layers.map(\.operation)) == Set(model.graph.layers.map(\.operation)))
      for layer in model.graph.layers {
        let found = try #require(back.weight(.weight, of: layer))
        let expected = try #require(model.weight(.weight, of: layer))
        #expect(found.floats == expected.floats, "\(layer.name)")
        #expect(found.codes?.bytes == expected.codes?.bytes, "\(layer.name)")
        #expect(found.codes?.rows == expected.codes?.rows, "\(layer.name)")
        #expect(
          back.weight(.bias, of: layer)?.floats == model.weight(.bias, of: layer)?.floats)
      }
      let images = numbers(2 * model.graph.inputShape.elementCount)
      let expected = try Engine(model: model, options: .init(isExact: true)).run(images, count: 2)
      let found = try Engine(model: back, options: .init(isExact: true)).run(images, count: 2)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
    }
  }

  @Test func aBlockIsTheNetworkItself() throws {
    let model = try RoundTripTests.richModel()
    let back = try imported(proto(model, .signet))
    #expect(Set(back.graph.nodes) == Set(model.graph.nodes))
    #expect(back.weights == model.weights)
  }

  /// Operations that are ONNX's own between layers, in all kinds of orders.
  @Test(arguments: 0..<40) func blocksReadOnlyWhatStandsBefore(_ seed: UInt64) throws {
    let model = try Self.randomModel(seed: seed)
    let needed = model.graph.nodes.filter(isNeeded(in: model.graph))
    let units = OperatorBlocks(model).units
    var written = Set(model.graph.inputs.map(\.name))
    for unit in units {
      let nodes: [Node]
      switch unit {
      case .node(let node): nodes = [node]
      case .block(let run):
        nodes = run
        #expect(run.contains { model.isBinary($0) })
      case .layer: nodes = []
      }
      let own = Set(nodes.map(\.name))
      for input in nodes.flatMap(\.inputs) {
        #expect(own.contains(input) || written.contains(input), "\(input)")
      }
      #expect(own.isDisjoint(with: written))
      written.formUnion(own)
    }
    #expect(written.count == needed.count + 1)
    let back = try imported(proto(model, .signet))
    #expect(Set(back.graph.nodes) == Set(needed))
  }

  /// What no output needs is not written.
  private func isNeeded(in graph: Graph) -> (Node) -> Bool {
    var needed = Set(graph.outputs.map(\.value))
    for node in graph.nodes.reversed() where needed.contains(node.name) {
      needed.formUnion(node.inputs)
    }
    return { needed.contains($0.name) }
  }

  private static func randomModel(seed: UInt64) throws -> Model {
    var random = SplitMix64(seed: seed)
    var g = GraphBuilder(inputShape: .map(3, 4, 4))
    var values = [g.input]
    for index in 0..<24 {
      let name = "n\(index)"
      let input = values[Int(random.next() % UInt64(min(values.count, 5)))]
      let recent = values[values.count - 1 - Int(random.next() % UInt64(min(values.count, 3)))]
      switch random.next() % 5 {
      case 0:
        g.append(
          name,
          .convolution(
            Convolution(inputChannels: 3, outputChannels: 3, kernel: Size2D(1))), recent)
      case 1: g.append(name, .relu, recent)
      case 2, 3: g.append(name, .add, recent, input)
      default: g.append(name, .softmax(axis: 0), recent)
      }
      values.append(name)
    }
    g.append(
      "last",
      .convolution(Convolution(inputChannels: 3, outputChannels: 3, kernel: Size2D(1))),
      values[values.count - 1])
    g.append("end", .softmax(axis: 0), "last")
    let graph = try g.graph(output: "end")
    return try Model(graph: graph, weights: weights(for: graph, codes: 1), preprocessing: .none)
  }

  @Test(arguments: own) func withoutBinaryLayersThereIsNothingToRun(
    _ operators: ONNXExporter.Operators
  ) throws {
    let model = try RoundTripTests.model()
    #expect {
      try ONNXExporter(options: .init(operators: operators)).data(model, file: "a.onnx")
    } throws: {
      "\($0)"
        == "a.onnx: cannot be written: Signet's operators (--operators) are for binary layers,"
        + " and it has none"
    }
  }

  /// Extents that runs choose are open in the file, too, and follow as they did.
  @Test func openExtentsStayOpen() throws {
    let layer = Convolution(
      inputChannels: 3, outputChannels: 3, kernel: Size2D(3), padding: Padding2D(1))
    let graph = try Graph(
      inputs: [GraphInput(name: "image", shape: .map(3, 32, 32), openAxes: [1, 2])],
      nodes: [
        Node("a", .convolution(layer), inputs: ["image"]),
        Node("pool", .averagePool(Pooling(kernel: Size2D(32), stride: Size2D(32))), inputs: ["a"]),
        Node("flat", .flatten, inputs: ["pool"]),
        Node("b", .linear(Linear(inputs: 3, outputs: 2)), inputs: ["flat"]),
        Node("end", .softmax(axis: 0), inputs: ["b"]),
      ],
      outputs: [GraphOutput(name: "map", value: "a"), GraphOutput(name: "end", value: "end")],
      sizeRules: [
        "pool": .extents([
          OpenExtent(factors: [.init(value: "a", axis: 1)]),
          OpenExtent(factors: [.init(value: "a", axis: 2)]), nil, nil, nil, nil,
        ])
      ])
    let model = try Model(
      graph: graph, weights: weights(for: graph, codes: 1), preprocessing: .none)
    let file = try proto(model, .signet)
    #expect(file.graph.node.map(\.opType) == ["BinaryBlock", "Softmax"])
    #expect(
      file.graph.input[0].type.tensorType.shape.dim.map(\.dimParam) == [
        "batch", "", "image.2", "image.3",
      ])
    #expect(
      file.graph.output[0].type.tensorType.shape.dim.map(\.dimParam) == [
        "batch", "", "map.2", "map.3",
      ])
    #expect(file.graph.output[1].type.tensorType.shape.dim.map(\.dimValue) == [0, 2])
    let back = try imported(file)
    #expect(back.graph.inputs[0].openAxes == [1, 2])
    let image = try #require(
      DenseTensor(extents: [1, 3, 40, 24], values: numbers(3 * 40 * 24)))
    let expected = try Engine(model: model, options: .init(isExact: true)).run(["image": image])
    let found = try Engine(model: back, options: .init(isExact: true)).run(["image": image])
    for name in ["map", "end"] {
      let (a, b) = try (#require(found[name]), #require(expected[name]))
      #expect(a.extents == b.extents)
      for (x, y) in zip(a.values, b.values) { #expect(abs(x - y) <= 1e-5 * max(1, abs(y))) }
    }
  }

  /// Sizes that follow the input's would be written down in ONNX's operators.
  @Test func whatFollowsOpenExtentsIsTakenIn() throws {
    let layer = Convolution(inputChannels: 3, outputChannels: 2, kernel: Size2D(1))
    func graph(open axes: [Int]) throws -> Graph {
      try Graph(
        inputs: [GraphInput(name: "image", shape: .map(3, 4, 6), openAxes: axes)],
        nodes: [
          Node("a", .convolution(layer), inputs: ["image"]),
          Node(
            "boxes",
            .transpose(Transposition(extents: [2, 24], order: [1, 0], shape: Shape([24, 2]))),
            inputs: ["a"]),
        ],
        outputs: [GraphOutput(name: "boxes", value: "boxes")],
        sizeRules: axes.isEmpty
          ? [:]
          : [
            "boxes": .extents([
              nil,
              OpenExtent(factors: [.init(value: "a", axis: 1), .init(value: "a", axis: 2)]),
              OpenExtent(factors: [.init(value: "a", axis: 1), .init(value: "a", axis: 2)]),
              nil,
            ])
          ])
    }
    func file(open axes: [Int]) throws -> ProtoModel {
      let graph = try graph(open: axes)
      return try proto(
        Model(graph: graph, weights: weights(for: graph, codes: 1), preprocessing: .none), .signet)
    }
    let open = try file(open: [1, 2])
    #expect(open.graph.node.map(\.opType) == ["BinaryBlock"])
    #expect(
      open.graph.output[0].type.tensorType.shape.dim.map(\.dimParam) == ["batch", "boxes.1", ""])
    let closed = try file(open: [])
    #expect(closed.graph.node.map(\.opType) == ["BinaryBlock", "Reshape", "Transpose", "Reshape"])
    #expect(closed.graph.output[0].type.tensorType.shape.dim.map(\.dimValue) == [0, 24, 2])
    let back = try imported(open)
    #expect(back.graph.inputs[0].openAxes == [1, 2])
    let image = try #require(DenseTensor(extents: [1, 3, 5, 8], values: numbers(120)))
    let result = try Engine(model: back).run(["image": image])
    #expect(result["boxes"]?.extents == [1, 40, 2])
  }

  /// What is wrong with a node is said of the node.
  @Test func damagedNodesAreRefused() throws {
    let model = try Self.residualModel()
    let changes: [(ONNXExporter.Operators, (inout ProtoGraph) -> Void, String)] = [
      (.signet, { $0.initializer[0].rawData.removeLast() }, "model"),
      (.signet, { $0.initializer[0].rawData[40] ^= 1 }, "expected a model file"),
      (.signet, { $0.node[0].input.append("input") }, "inputs"),
      (.signet, { $0.node[0].output.append("other") }, "outputs"),
      (.signetLayers, { $0.initializer[0].rawData.removeLast(9) }, "codes"),
      (.signetLayers, { $0.node[0].attribute[0].ints[0] = 0 }, "weight_shape"),
      (.signetLayers, { $0.node[0].attribute[0].ints[1] = .max }, "weight_shape"),
      (.signetLayers, { $0.node[1].input[7] = "missing" }, "missing"),
    ]
    for (operators, change, text) in changes {
      var file = try proto(model, operators)
      change(&file.graph)
      #expect {
        try imported(file)
      } throws: {
        "\($0)".contains(text)
      }
    }
  }
}
