import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetONNX

/// What cannot be taken is named: all of it, and no more than that.
@Suite struct ImportErrorTests {
  @Test func everythingIsReportedAtOnce() throws {
    var file = TestFile()
    file.node("Det", ["image"], "a")
    file.node("Relu", ["a"], "b")
    file.node("Compress", ["b", "weight"], "c")
    file.node("LeakyRelu", ["image"], "d", attributes: [.float("alpha", 0.1), .float("beta", 1)])
    file.node("Inverse", ["image"], "e", domain: "com.microsoft")
    file.node("Add", ["c", "d"], "out")
    let problems = try file.problems()
    #expect(
      problems.map(\.operator) == ["Det", "Compress", "LeakyRelu", "com.microsoft.Inverse"])
    #expect(problems.map(\.node) == ["node_a", "node_c", "node_d", "node_e"])
    #expect(problems[2].attribute == "beta")
    let text = "\(ONNXError.unsupported(file: "f.onnx", problems: problems))"
    #expect(
      text == """
        f.onnx: cannot be taken:
          Det is not taken; replace it by other operators before the export (1 node: 'node_a')
          Compress is not taken; replace it by other operators before the export (1 node: \
        'node_c')
          LeakyRelu: beta: expected no such attribute, found a value (1 node: 'node_d')
          com.microsoft.Inverse: expected an operator of ONNX's own set, found one of \
        'com.microsoft' (1 node: 'node_e')
          signet import --operators lists what is taken
        """)
  }

  @Test func attributesOutOfRange() throws {
    for (operatorName, attribute) in [
      ("MaxPool", ProtoAttribute.integers("kernel_shape", [0, 3])),
      ("MaxPool", .integers("kernel_shape", [3, 3, 3])),
      ("AveragePool", .integers("kernel_shape", [99, 99])),
      ("Softmax", .integer("axis", 0)), ("Softmax", .integer("axis", 9)),
      ("Transpose", .integers("perm", [1, 0, 2, 2])), ("Flatten", .integer("axis", 2)),
      ("Concat", .integer("axis", 0)), ("LRN", .integer("size", -1)),
      ("Cast", .integer("to", 7)), ("ReduceMean", .integers("axes", [0])),
      ("Split", .integer("axis", 4)), ("Pad", .string("mode", "mirror")),
    ] {
      var file = TestFile()
      file.node(operatorName, ["image"], "out", attributes: [attribute])
      #expect(try file.problems().count == 1, "\(operatorName) \(attribute.name)")
    }
  }

  @Test func interfaces() throws {
    var none = TestFile()
    none.node("Relu", ["image"], "out")
    none.proto.graph.output.removeAll()
    #expect(
      thrown(ONNXError.self) { try none.model() }
        == "test.onnx: cannot be taken: outputs of '': expected an output, found none"
    )
    var open = TestFile(input: [nil, 3, nil, nil])
    open.node("Relu", ["image"], "out")
    #expect(try open.model().graph.inputs[0].openAxes == [1, 2])
    let shape = Shape.map(3, 6, 6)
    #expect(try open.model(.init(openExtents: shape)).graph.inputShape == shape)
    var constant = TestFile()
    constant.floats("zero", [1], [0])
    constant.node("Identity", ["zero"], "out")
    #expect(try constant.problems().map(\.found) == ["a constant"])
    var two = TestFile()
    two.node("Relu", ["image"], "out")
    two.node("Sigmoid", ["image"], "other")
    two.proto.graph.output.append(two.proto.graph.output[0])
    two.proto.graph.output[1].name = "other"
    #expect(try two.model().graph.outputs.map(\.name) == ["out", "other"])
    #expect(
      try two.model(.init(output: "other")).graph.nodes.map(\.operation.kind) == [.activation])
    #expect(
      thrown(ONNXError.self) { try two.model(.init(output: "third")) }
        == "test.onnx: cannot be taken: outputs of '': expected an output 'third', as --output-name says, found 'out', 'other'"
    )
    var newer = TestFile(operatorSet: 99)
    newer.node("Relu", ["image"], "out")
    #expect(
      throws: ONNXError.operatorSet(file: "test.onnx", expected: "version 7 to 28", found: 99)
    ) {
      try newer.model()
    }
  }

  @Test func tensorsThatLie() throws {
    func importing(_ change: (inout ProtoTensor) -> Void) throws {
      var file = TestFile()
      file.floats("c", [2, 2], [1, 2, 3, 4])
      change(&file.proto.graph.initializer[0])
      file.node("Add", ["image", "c"], "out")
      _ = try file.model()
    }
    var texts: [String] = []
    for change: (inout ProtoTensor) -> Void in [
      { $0.dims = [2, 3] }, { $0.dims = [-2, -2] }, { $0.dims = [1 << 40, 1 << 40] },
      { $0.dims = [Int64](repeating: 1, count: 99) }, { $0.rawData = Data([1, 2, 3]) },
      { $0.dataType = 8 }, { $0.dataType = 99 },
    ] {
      texts.append(thrown(ONNXError.self) { try importing(change) })
    }
    #expect(
      texts == [
        "test.onnx: cannot be taken: tensor 'c': expected 6 elements for [2, 3], found 4",
        "test.onnx: cannot be taken: tensor 'c': expected at most 16 axes and 2³¹ elements, found [-2, -2]",
        "test.onnx: cannot be taken: tensor 'c': expected at most 16 axes and 2³¹ elements, found [1099511627776, 1099511627776]",
        "test.onnx: cannot be taken: tensor 'c': expected at most 16 axes and 2³¹ elements, found 99 numbers",
        "test.onnx: cannot be taken: tensor 'c': expected 16 bytes for [2, 2], found 3",
        "test.onnx: cannot be taken: tensor 'c': expected float32, float16, bfloat16, double, integers of 2 to 64 bits or bool, found element type 8",
        "test.onnx: cannot be taken: tensor 'c': expected float32, float16, bfloat16, double, integers of 2 to 64 bits or bool, found element type 99",
      ])
  }

  @Test func constantsOfHostileSize() throws {
    var file = TestFile()
    file.integers("huge", [1 << 40, 1 << 20])
    file.integers("large", [30_000, 30_000])
    file.integers("zero", [0], dims: [])
    file.integers("one", [1], dims: [])
    file.integers("far", [Int.max], dims: [])
    file.node("ConstantOfShape", ["huge"], "a")
    file.node("ConstantOfShape", ["large"], "b")
    file.node("Range", ["zero", "far", "one"], "c")
    file.node("Relu", ["image"], "out")
    #expect(try file.problems().map(\.operator) == ["ConstantOfShape", "ConstantOfShape", "Range"])
  }

  @Test func functionsThatCallThemselves() throws {
    var file = TestFile()
    file.node("Again", ["image"], "out", domain: "own")
    var function = ProtoFunction()
    function.domain = "own"
    function.name = "Again"
    function.input = ["x"]
    function.output = ["y"]
    var call = file.proto.graph.node[0]
    call.input = ["x"]
    call.output = ["y"]
    function.node = [call]
    file.proto.functions = [function]
    #expect(try file.problems().isEmpty == false)
  }

  @Test func notONNXAtAll() {
    var texts: [String] = []
    for data in [Data(), Data("{}".utf8), Data(repeating: 0xff, count: 100)] {
      texts.append(
        thrown(ONNXError.self) {
          try ONNXImporter().model(data, file: URL(fileURLWithPath: "/tmp/x.onnx"))
        })
    }
    #expect(
      texts == [
        "x.onnx: not an ONNX model: it holds no network",
        "x.onnx: not an ONNX model: damaged protobuf (truncated)",
        "x.onnx: not an ONNX model: damaged protobuf (malformedProtobuf)",
      ])
  }
}
