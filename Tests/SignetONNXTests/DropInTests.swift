import Foundation
import SignetModel
import Testing

@testable import SignetONNX

/// An export takes the place of the file that was imported: its names, extents and element types.
@Suite struct DropInTests {
  /// Each with another way of naming and laying out what goes in and comes out.
  private static func files() -> [(name: String, file: TestFile)] {
    var files: [(name: String, file: TestFile)] = []
    func add(_ name: String, _ file: TestFile, output dims: [Int?], batch: String? = "batch") {
      var file = file
      let type = file.proto.graph.output[0].type.tensorType.elemType
      file.proto.graph.output[0].type.tensorType.elemType = type == 0 ? 1 : type
      file.proto.graph.output[0].type.tensorType.shape.dim = dims.map { extent in
        var dimension = ProtoTensorShape.Dimension()
        if let extent {
          dimension.dimValue = Int64(extent)
        } else {
          dimension.dimParam = batch ?? ""
        }
        return dimension
      }
      files.append((name, file))
    }

    var detector = TestFile(input: [nil, 3, 8, 8], output: "boxes")
    detector.floats("w", [6, 3, 3, 3], numbers(162))
    detector.integers("target", [0, 6, -1])
    detector.node("Conv", ["image", "w"], "map", attributes: [.integers("pads", [1, 1, 1, 1])])
    detector.node("Reshape", ["map", "target"], "flat")
    detector.node("Transpose", ["flat"], "boxes", attributes: [.integers("perm", [0, 2, 1])])
    add("detector", detector, output: [nil, 64, 6])

    var bytes = TestFile(input: [nil, 5, 4, 3], output: "scores")
    bytes.proto.graph.input[0].type.tensorType.elemType = 2
    bytes.floats("mean", [3], [120, 110, 100])
    bytes.floats("w", [2, 3, 1, 1], numbers(6))
    bytes.node("Cast", ["image"], "floats", attributes: [.integer("to", 1)])
    bytes.node("Sub", ["floats", "mean"], "centred")
    bytes.node("Transpose", ["centred"], "first", attributes: [.integers("perm", [0, 3, 1, 2])])
    bytes.node("Conv", ["first", "w"], "scores")
    add("bytes", bytes, output: [nil, 2, 5, 4])

    var fixed = TestFile(input: [1, 3, 4, 4], output: "probs:0")
    fixed.proto.graph.input[0].name = "data:0"
    fixed.floats("w", [7, 48], numbers(336))
    fixed.node("Flatten", ["data:0"], "flat")
    fixed.node("Gemm", ["flat", "w"], "probs:0", attributes: [.integer("transB", 1)])
    add("fixed", fixed, output: [1, 7])

    var vector = TestFile(input: [nil, 3], output: "Relu")
    vector.proto.graph.input[0].name = "конв"
    vector.floats("w", [3, 4], numbers(12))
    vector.node("MatMul", ["конв", "w"], "hidden")
    vector.node("Relu", ["hidden"], "Relu")
    add("vector", vector, output: [nil, 4])

    // Names that Signet itself would give to something else.
    var clash = TestFile(output: "input")
    clash.proto.graph.input[0].name = "logits"
    clash.floats("w", [3, 3, 1, 1], numbers(9))
    clash.node("Conv", ["logits", "w"], "conv")
    clash.node("Relu", ["conv"], "input.extents")
    clash.node("Sigmoid", ["input.extents"], "gate")
    clash.node("Mul", ["input.extents", "gate"], "input")
    for (index, name) in ["logits", "input", "conv_", "input.gate"].enumerated() {
      clash.proto.graph.node[index].name = name
    }
    add("clash", clash, output: [nil, 3, 4, 4])

    var half = TestFile(output: "out")
    half.proto.graph.input[0].type.tensorType.elemType = 10
    half.proto.graph.output[0].type.tensorType.elemType = 10
    half.node("Relu", ["image"], "out")
    add("half", half, output: [nil, 3, 4, 4])

    var number = TestFile(input: [nil, 3, 4, 4], output: "sum")
    number.node(
      "ReduceMean", ["image"], "sum",
      attributes: [.integers("axes", [1, 2, 3]), .integer("keepdims", 0)])
    add("number", number, output: [nil])
    return files
  }

  private func exported(_ file: TestFile) throws -> (model: Model, proto: ProtoModel) {
    let model = try file.model()
    let data = try ONNXExporter().data(model)
    return (model, try ProtoModel(serializedBytes: data))
  }

  @Test func namesExtentsAndTypesStay() throws {
    for (name, file) in Self.files() {
      let (model, proto) = try exported(file)
      #expect(proto.graph.input == file.proto.graph.input, "\(name)")
      #expect(proto.graph.output == file.proto.graph.output, "\(name)")
      // Each value is made once, and an import of the export knows the same.
      let made =
        proto.graph.node.flatMap(\.output) + proto.graph.initializer.map(\.name)
        + proto.graph.input.map(\.name)
      #expect(Set(made).count == made.count, "\(name)")
      #expect(Set(proto.graph.node.map(\.name)).count == proto.graph.node.count, "\(name)")
      let back = try ONNXImporter().model(
        proto.serializedBytes(), file: URL(fileURLWithPath: "/tmp/back.onnx"))
      #expect(back.interface == model.interface, "\(name)")
      #expect(back.graph.outputShape == model.graph.outputShape, "\(name)")
    }
  }

  @Test func modelFilesKeepThem() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString).signet")
    defer { try? FileManager.default.removeItem(at: url) }
    for (name, file) in Self.files() {
      try file.model().write(to: url)
      let data = try ONNXExporter().data(Model(contentsOf: url))
      let proto = try ProtoModel(serializedBytes: data)
      #expect(proto.graph.input == file.proto.graph.input, "\(name)")
      #expect(proto.graph.output == file.proto.graph.output, "\(name)")
    }
  }

  @Test func aNetworkOfNoFileIsCalledAsEver() throws {
    let proto = try ProtoModel(serializedBytes: ONNXExporter().data(RoundTripTests.model()))
    #expect(proto.graph.input.map(\.name) == ["input"])
    #expect(proto.graph.output.map(\.name) == ["logits"])
    #expect(proto.graph.input[0].type.tensorType.shape.dim[0].dimParam == "batch")
  }

  @Test(.enabled(if: Peer.isAvailable, "onnx and onnxruntime are not in .deps/python"))
  func onnxruntimeSeesNoDifference() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var pairs: [String] = []
    for (name, file) in Self.files() {
      let original = folder.appendingPathComponent("\(name).onnx")
      let export = folder.appendingPathComponent("\(name).export.onnx")
      try file.data().write(to: original)
      try ONNXExporter().write(file.model(), to: export)
      pairs += [original.path, export.path]
    }
    let problem = try Peer.run(script: "drop_in.py", pairs)
    #expect(problem.isEmpty, "\(problem)")
  }
}
