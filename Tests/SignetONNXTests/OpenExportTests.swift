import Foundation
import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Extents that runs choose are open in a file of ONNX's own operators, too.
@Suite struct OpenExportTests {
  /// A result of each kind of operation whose numbers follow the extents of the image.
  static func file() -> TestFile {
    var file = TestFile(input: [nil, 3, nil, nil], operatorSet: 18)
    for (axis, name) in [(2, "h"), (3, "w")] {
      file.proto.graph.input[0].type.tensorType.shape.dim[axis].dimParam = name
    }
    file.floats("weight", [4, 3, 3, 3], numbers(108))
    file.node(
      "Conv", ["image", "weight"], "same",
      attributes: [.string("auto_pad", "SAME_UPPER"), .integers("strides", [2, 2])])
    file.node(
      "AveragePool", ["image"], "mean",
      attributes: [
        .string("auto_pad", "SAME_LOWER"), .integers("strides", [2, 2]),
        .integers("kernel_shape", [2, 3]), .flag("count_include_pad", true),
      ])
    file.node("Shape", ["image"], "extents")
    for (name, values) in [
      ("zero", [0]), ("two", [2]), ("four", [4]), ("flat", [0, 4, -1]), ("spatial", [2, 3]),
      ("starts", [1, 0]), ("ends", [-1, Int(Int64.max)]), ("steps", [1, 1]),
      ("repeats", [1, 1, 2, 1]), ("places", [1, 0, 1]), ("pads", [0, 0, 1, 2, 0, 0, 2, 1]),
      ("rows", [0, 3, -1]),
    ] {
      file.integers(name, values)
    }
    file.node("Slice", ["extents", "two", "four"], "size")
    file.node("Shape", ["same"], "own")
    file.node("Slice", ["own", "zero", "two"], "front")
    file.node("Concat", ["front", "size"], "sizes", attributes: [.integer("axis", 0)])
    file.node("Resize", ["same", "", "", "sizes"], "back", attributes: [.string("mode", "linear")])
    file.floats("scales", [4], [1, 1, 2, 1.5])
    file.node("Resize", ["same", "", "scales"], "larger", attributes: [.string("mode", "nearest")])
    file.node("Reshape", ["same", "flat"], "columns")
    file.node("Transpose", ["columns"], "boxes", attributes: [.integers("perm", [0, 2, 1])])
    file.node("MatMul", ["columns", "boxes"], "gram")
    file.node("ReduceMax", ["image", "spatial"], "most", attributes: [.flag("keepdims", false)])
    file.floats("ones", [3], [1, 2, 3])
    file.node("InstanceNormalization", ["image", "ones", "ones"], "even")
    file.node("GlobalMaxPool", ["image"], "top")
    file.node("Slice", ["image", "starts", "ends", "spatial", "steps"], "part")
    file.node("Tile", ["image", "repeats"], "twice")
    file.node("Gather", ["image", "places"], "picked", attributes: [.integer("axis", 3)])
    file.node("Pad", ["image", "pads"], "wider", attributes: [.string("mode", "reflect")])
    file.node("DepthToSpace", ["same"], "fine", attributes: [.integer("blocksize", 2)])
    file.node("ArgMax", ["image"], "where", attributes: [.integer("axis", 2)])
    file.node("Cast", ["where"], "place", attributes: [.float32])
    file.node("Reshape", ["image", "rows"], "row")
    file.node("Softmax", ["row"], "shares", attributes: [.integer("axis", -1)])
    file.proto.graph.output = Self.outputs.map { name in
      var info = ProtoValueInfo()
      info.name = name
      return info
    }
    return file
  }

  static let outputs = [
    "same", "mean", "back", "larger", "boxes", "gram", "most", "even", "top", "part", "twice",
    "picked", "wider", "fine", "place", "shares",
  ]

  private func exported(_ model: Model) throws -> ProtoModel {
    try ProtoModel(serializedBytes: ONNXExporter().data(model))
  }

  private func imported(_ proto: ProtoModel) throws -> Model {
    try ONNXImporter().model(proto.serializedBytes(), file: URL(fileURLWithPath: "/tmp/open.onnx"))
  }

  private func expectEqual(_ model: Model, _ other: Model, _ extents: [Int]) throws {
    let image = try #require(
      DenseTensor(extents: extents, values: numbers(extents.reduce(1, *)).map { 4 * $0 }))
    let name = model.graph.inputs[0].name
    let expected = try Engine(model: model, options: .init(isExact: true)).run([name: image])
    let found = try Engine(model: other, options: .init(isExact: true)).run([name: image])
    #expect(found.count == expected.count)
    for (name, expected) in expected {
      let found = try #require(found[name], "\(name)")
      #expect(found.extents == expected.extents, "\(name) of \(extents)")
      let isEqual = zip(found.values, expected.values).allSatisfy { a, b in
        abs(a - b) <= 2e-5 * max(1, abs(b))
      }
      #expect(isEqual, "\(name) of \(extents)")
    }
  }

  @Test func allThatFollowsTheImage() throws {
    let model = try Self.file().model()
    #expect(model.graph.inputs[0].openAxes == [1, 2])
    let proto = try exported(model)
    #expect(
      proto.graph.input[0].type.tensorType.shape.dim.map(\.dimParam) == [
        "batch", "", "image.2", "image.3",
      ])
    let open = Dictionary(
      uniqueKeysWithValues: proto.graph.output.map { output in
        (output.name, output.type.tensorType.shape.dim.map { !$0.dimParam.isEmpty })
      })
    #expect(open["boxes"] == [true, true, false])
    #expect(open["gram"] == [true, false, false])
    #expect(open["twice"] == [true, false, true, true])
    #expect(open["picked"] == [true, false, true, false])
    // Padding that follows the image is the runtime's matter, as it was.
    let paddings = proto.graph.node.flatMap(\.attribute).filter { $0.name == "auto_pad" }
    #expect(
      paddings.map { String(decoding: $0.s, as: UTF8.self) }.sorted() == [
        "SAME_LOWER", "SAME_UPPER",
      ])
    let again = try imported(proto)
    #expect(again.graph.inputs[0].openAxes == [1, 2])
    for extents in [[1, 3, 40, 24], [2, 3, 33, 57], [1, 3, 64, 64]] {
      try expectEqual(model, again, extents)
    }
    // What came in once goes out as it is.
    let second = try exported(again)
    let third = try exported(imported(second))
    #expect(third.graph.node.map(\.opType) == second.graph.node.map(\.opType))
  }

  /// A line of numbers of any length is read as a map of one row.
  @Test func linesStayOpen() throws {
    var file = TestFile(input: [nil, 2, nil])
    file.proto.graph.input[0].type.tensorType.shape.dim[2].dimParam = "time"
    file.floats("weight", [3, 2, 5], numbers(30))
    file.node(
      "Conv", ["image", "weight"], "out",
      attributes: [.integers("pads", [2, 2]), .integers("strides", [2])])
    let model = try file.model()
    let proto = try exported(model)
    #expect(
      proto.graph.input[0].type.tensorType.shape.dim.map(\.dimParam) == ["batch", "", "image.2"])
    #expect(
      proto.graph.output[0].type.tensorType.shape.dim.map(\.dimParam) == ["batch", "", "out.2"])
    let again = try imported(proto)
    for length in [31, 64] { try expectEqual(model, again, [1, 2, 1, length]) }
  }

  /// Where one number cannot be worked out by a file, it has one size, as it says.
  @Test func whatCannotFollowIsWrittenDown() throws {
    let pooling = Pooling(kernel: Size2D(4), stride: Size2D(4))
    let graph = try Graph(
      inputs: [GraphInput(name: "image", shape: .map(1, 8, 8), openAxes: [1])],
      nodes: [Node("pool", .averagePool(pooling), inputs: ["image"])],
      outputs: [GraphOutput(name: "out", value: "pool")],
      sizeRules: [
        "pool": .extents([
          OpenExtent(factors: [.init(value: "image", axis: 1)], denominator: 2), nil, nil, nil, nil,
          nil,
        ])
      ])
    let model = try Model(graph: graph, weights: [:], preprocessing: .none)
    let proto = try exported(model)
    #expect(proto.graph.input[0].type.tensorType.shape.dim.map(\.dimValue) == [0, 1, 8, 8])
    #expect(proto.graph.node.map(\.opType) == ["AveragePool"])
  }

  /// Rules of a damaged model are no reason to fall over.
  @Test(arguments: [1, Int.max, Int.min])
  func rulesThatMakeNoSense(number: Int) throws {
    let region = Region(axes: [Region.Axis(extent: 8, step: 2, count: 4)], shape: Shape([4]))
    let extent = OpenExtent(
      factors: [.init(value: "image", axis: 0)], numerator: number, denominator: number,
      offset: number)
    for rules in [[], [nil], [extent, extent, nil, extent, extent, nil]] as [[OpenExtent?]] {
      let graph = try Graph(
        inputs: [GraphInput(name: "image", shape: Shape([8]), openAxes: [0])],
        nodes: [Node("part", .region(region), inputs: ["image"])],
        outputs: [GraphOutput(name: "out", value: "part")], sizeRules: ["part": .extents(rules)])
      guard let model = try? Model(graph: graph, weights: [:], preprocessing: .none) else {
        continue
      }
      let proto = try exported(model)
      #expect(proto.graph.input[0].type.tensorType.shape.dim.map(\.dimValue) == [0, 8])
    }
  }

  /// The channels of an export lie where they lay, whatever the extents suggest.
  @Test(arguments: [[4, 5, 3], [5, 4, 1], [3, 4, 5]])
  func channelsKeepTheirPlace(extents: [Int]) throws {
    let graph = try Graph(
      inputs: [GraphInput(name: "image", shape: Shape(extents))],
      nodes: [Node("out", .relu, inputs: ["image"])],
      outputs: [GraphOutput(name: "out", value: "out")])
    let model = try Model(graph: graph, weights: [:], preprocessing: .none)
    let again = try imported(exported(model))
    #expect(again.graph.inputShape == Shape(extents))
    #expect(again.interface?.inputs[0].isChannelsLast == false)
    // Without the note a convolution tells.
    var file = TestFile(input: [nil, 4, 5, 3])
    file.floats("weight", [2, 4, 1, 1], numbers(8))
    file.node("Conv", ["image", "weight"], "out")
    #expect(try file.model().graph.inputShape == .map(4, 5, 3))
    var bytes = TestFile(input: [nil, 4, 5, 3])
    bytes.node("Transpose", ["image"], "out", attributes: [.integers("perm", [0, 3, 1, 2])])
    let last = try bytes.model()
    #expect(last.graph.inputShape == .map(3, 4, 5))
    #expect(try imported(exported(last)).interface == last.interface)
  }
}
