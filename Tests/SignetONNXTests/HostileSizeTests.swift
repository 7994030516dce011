import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetONNX

/// What a file makes an import do is bounded by what it stores: these ask for gigabytes, or hours.
@Suite struct HostileSizeTests {
  /// Refused, and soon even in a debug build beside other tests.
  private func expectRefusal(
    _ file: TestFile, _ fragment: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let clock = ContinuousClock()
    var text = "taken"
    let elapsed = clock.measure {
      do {
        _ = try file.model()
      } catch {
        text = "\(error)"
      }
    }
    #expect(text.contains(fragment), "\(text.prefix(500))", sourceLocation: sourceLocation)
    #expect(elapsed < .seconds(20), sourceLocation: sourceLocation)
  }

  private func dead(_ change: (inout TestFile) -> Void) -> TestFile {
    var file = TestFile()
    change(&file)
    file.node("Relu", ["image"], "out")
    return file
  }

  private static let unreasonable = "expected a constant of reasonable size"

  @Test func emptyTensorsWithHugeExtents() throws {
    for dims in [[0, Int(Int32.max)], [Int(Int32.max), 0], [1 << 15, 0, 1 << 15]] {
      try expectRefusal(
        dead { file in
          file.floats("e", dims, [])
          file.integers("axes", [0])
          file.node("ReduceSum", ["e", "axes"], "r")
        }, Self.unreasonable)
      try expectRefusal(
        dead { file in
          file.floats("e", dims, [])
          for index in 0..<100 { file.node("Softmax", ["e"], "r\(index)") }
        }, Self.unreasonable)
    }
  }

  @Test func extentsComputedFromNumbers() throws {
    for (kind, values) in [
      ("ConstantOfShape", [[1 << 30]]), ("ConstantOfShape", [[0, 1 << 31]]),
      ("ConstantOfShape", [[1 << 40, 1 << 40]]), ("ConstantOfShape", [[-1, 4]]),
      ("Tile", [[1, 2, 3], [1 << 30]]), ("Expand", [[1], [1 << 30]]),
      ("Expand", [[1], [0, 1 << 31]]),
    ] {
      try expectRefusal(
        dead { file in
          for (index, list) in values.enumerated() { file.integers("i\(index)", list) }
          file.node(kind, values.indices.map { "i\($0)" }, "r")
        }, Self.unreasonable)
    }
    try expectRefusal(
      dead { file in
        for (name, value) in [("a", 0), ("b", 1 << 32), ("c", 1)] {
          file.integers(name, [value], dims: [])
        }
        file.node("Range", ["a", "b", "c"], "r")
      }, Self.unreasonable)
    try expectRefusal(
      dead { file in
        file.integers("shape", [1 << 20])
        file.node("ConstantOfShape", ["shape"], "zeros")
        file.node(
          "Split", ["zeros"], "r",
          attributes: [.integer("axis", 0), .integer("num_outputs", 1 << 20)])
      }, "num_outputs: expected 1 to 65536")
  }

  /// Many steps over one large constant, none of which leaves much of it.
  @Test func workIsCountedWhereLittleIsLeft() throws {
    for kind in ["ReduceSum", "ReduceMax", "ReduceMean"] {
      try expectRefusal(
        dead { file in
          file.integers("shape", [1 << 20])
          file.node("ConstantOfShape", ["shape"], "zeros")
          file.proto.graph.node += (0..<10_000).map { .make(kind, ["zeros"], ["r\($0)"]) }
        }, Self.unreasonable)
    }
    try expectRefusal(
      dead { file in
        file.integers("shape", [1 << 20])
        file.node("ConstantOfShape", ["shape"], "zeros")
        file.proto.graph.node += (0..<10_000).map {
          .make("Div", ["shape", "zeros"], ["r\($0)"])
        }
      }, "expected")
  }

  /// Layers that share a tensor hold one; but a model file would hold one each.
  @Test func aSharedWeight() throws {
    func network(_ layers: Int) -> TestFile {
      var file = TestFile(input: [1, 512, 1, 1], output: "a\(layers)")
      file.integers("shape", [512, 512, 1, 1])
      file.node("ConstantOfShape", ["shape"], "w")
      var last = "image"
      for index in 1...layers {
        file.node("Conv", [last, "w"], "a\(index)")
        last = "a\(index)"
      }
      return file
    }
    let model = try network(4).model()
    #expect(model.weights.count == 4)
    let addresses = model.weights.values.map { weight -> Int in
      guard case .float(let values) = weight.storage else { return 0 }
      return values.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    }
    #expect(Set(addresses).count == 1)
    try expectRefusal(
      network(2_000), "expected layers whose tensors take about what the file stores")
  }

  @Test func aFunctionCalledThousandsOfTimes() throws {
    var file = TestFile(input: [1, 128, 1, 1], output: "v5000")
    var function = ProtoFunction()
    function.domain = "own"
    function.name = "Layer"
    function.input = ["x"]
    function.output = ["y"]
    var weight = ProtoTensor()
    weight.dataType = 1
    weight.dims = [128, 128, 1, 1]
    weight.rawData = Data(count: 4 * 128 * 128)
    var value = ProtoAttribute()
    value.name = "value"
    value.t = weight
    var constant = ProtoNode()
    constant.opType = "Constant"
    constant.output = ["w"]
    constant.attribute = [value]
    var layer = ProtoNode()
    layer.opType = "Conv"
    layer.input = ["x", "w"]
    layer.output = ["y"]
    function.node = [constant, layer]
    file.proto.functions = [function]
    file.proto.graph.node = (1...5000).map { index in
      .make(
        "Layer", [index == 1 ? "image" : "v\(index - 1)"], ["v\(index)"], domain: "own")
    }
    try expectRefusal(file, "expected")
  }

  @Test func functionsThatDoubleEachTime() throws {
    var file = TestFile()
    file.node("F15", ["image"], "out", domain: "own")
    file.proto.functions = (0...15).map { depth in
      var function = ProtoFunction()
      function.domain = "own"
      function.name = "F\(depth)"
      function.input = ["x"]
      function.output = ["y19"]
      function.node = (0..<20).map { index in
        var node = ProtoNode()
        node.opType = depth == 0 ? "Relu" : "F\(depth - 1)"
        node.domain = depth == 0 ? "" : "own"
        node.input = [index == 0 ? "x" : "y\(index - 1)"]
        node.output = ["y\(index)"]
        return node
      }
      return function
    }
    try expectRefusal(file, "nodes once functions are unfolded")
  }

  /// One file named by two hundred tensors is mapped once, and what nobody reads is not read.
  @Test func manyTensorsInOneFile() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let count = 1 << 18
    let values = [Float](repeating: 1, count: count)
    try values.withUnsafeBytes { try Data($0).write(to: folder.appendingPathComponent("w.bin")) }
    let model = folder.appendingPathComponent("model.onnx")
    func file(used: Int) -> TestFile {
      var file = TestFile(input: [1, 512, 1, 1], output: "a\(used)")
      for index in 0..<200 {
        file.floats("w\(index)", [512, 512, 1, 1], [])
        var entry = ProtoStringEntry()
        entry.key = "location"
        entry.value = index % 2 == 0 ? "w.bin" : "gone\(index).bin"
        file.proto.graph.initializer[index].dataLocation = 1
        file.proto.graph.initializer[index].externalData = [entry]
      }
      file.node("Relu", ["image"], "a0")
      for index in 0..<used { file.node("Conv", ["a\(index)", "w\(2 * index)"], "a\(index + 1)") }
      return file
    }
    #expect(try file(used: 0).model(file: model).weights.isEmpty)
    let some = try file(used: 4).model(file: model)
    let addresses = some.weights.values.map { weight -> Int in
      guard case .float(let values) = weight.storage else { return 0 }
      return values.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    }
    #expect(addresses.count == 4 && Set(addresses).count == 1)
    // The file's own megabyte pays for a few of them only: 134 MB and 8 times that.
    #expect(
      thrown(ONNXError.self) {
        var many = file(used: 99)
        many.proto.graph.node += (0..<100).map { index in
          var node = ProtoNode()
          node.opType = "Conv"
          node.input = [index == 0 ? "a99" : "b\(index - 1)", "w\(2 * (index % 90))"]
          node.output = ["b\(index)"]
          return node
        }
        many.proto.graph.output[0].name = "b99"
        return try many.model(file: model)
      }
        == "model.onnx: cannot be taken: tensor 'w48': expected a constant of reasonable size, found 512×512×1×1"
    )
  }

  @Test func sequencesWithinSequences() throws {
    var file = TestFile()
    file.proto.graph.node = (0..<60_000).map { index in
      .make("SequenceConstruct", [index == 0 ? "image" : "s\(index - 1)"], ["s\(index)"])
    }
    file.node("Relu", ["image"], "out")
    try expectRefusal(file, "SequenceConstruct: inputs: expected tensors, found a sequence (1 node")
  }

  @Test func splitIntoMillions() throws {
    var file = TestFile(input: [1, 3, 1 << 14, 1 << 14])
    file.integers("one", [1], dims: [])
    file.node("Flatten", ["image"], "flat")
    file.node("SplitToSequence", ["flat", "one"], "parts", attributes: [.integer("axis", 1)])
    file.node("SequenceAt", ["parts", "one"], "out")
    try expectRefusal(file, "at most 65536 parts")
    var split = TestFile(input: [1, 3, 1 << 14, 1 << 14])
    split.node("Flatten", ["image"], "flat")
    split.node(
      "Split", ["flat"], "out",
      attributes: [.integer("axis", 1), .integer("num_outputs", 1 << 29)])
    try expectRefusal(split, "num_outputs: expected 1 to 65536")
  }

  @Test func moreNodesThanANetworkHas() throws {
    var file = TestFile(input: [nil, 3, nil, nil])
    let names = ["image"] + (0..<70_000).map { "v\($0)" } + ["out"]
    file.proto.graph.node = zip(names, names.dropFirst()).map { .make("Relu", [$0], [$1]) }
    let start = ContinuousClock.now
    try expectRefusal(file, "expected at most 65536, found 70001")
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func targetsOfAFixedBatchWithoutEnd() throws {
    var file = TestFile(input: [2, 3, 4, 4])
    file.integers("rows", [Int.max - 1, 1])
    file.node("Reshape", ["image", "rows"], "out")
    try expectRefusal(file, "shape: expected")
  }

  @Test func placesWithoutEnd() throws {
    var rows = TestFile(input: [1, 30_000, 30_000])
    rows.integers("places", [Int](repeating: 0, count: 100_000), dims: [100_000, 1])
    rows.floats("new", [1, 1], [0])
    rows.node("ScatterND", ["image", "places", "new"], "out")
    try expectRefusal(rows, "indices: expected a constant of reasonable size")
    var hot = TestFile(input: [nil, 4])
    hot.floats("depth", [], [.nan])
    hot.floats("values", [2], [0, 1])
    hot.node("OneHot", ["image", "depth", "values"], "out")
    try expectRefusal(hot, "depth: expected 1 to 65536 places")
    var corner = TestFile(input: [nil, 4, 4])
    corner.integers("k", [Int.min], dims: [])
    corner.node("Trilu", ["image", "k"], "out")
    try expectRefusal(corner, "input: expected matrices")
  }

  @Test func deepWindows() throws {
    var file = TestFile(input: [nil, 1, 1 << 23, 1, 1])
    file.floats("W", [1, 1, 1, 1, 1], [1])
    file.node(
      "Conv", ["image", "W"], "out",
      attributes: [.integers("pads", [1 << 23, 0, 0, 1 << 23, 0, 0])])
    try expectRefusal(file, "kernel_shape: expected a constant of reasonable size")
  }

  @Test func axesWithoutEnd() throws {
    var file = TestFile()
    file.integers("ones", [0] + [Int](repeating: 1, count: 40_000) + [-1])
    file.node("Reshape", ["image", "ones"], "out")
    try expectRefusal(file, "shape: expected at most 16 axes")
    var deep = TestFile()
    deep.node("Unsqueeze", ["image"], "v0", attributes: [.integers("axes", [1])])
    for index in 1..<20 {
      deep.node("Unsqueeze", ["v\(index - 1)"], "v\(index)", attributes: [.integers("axes", [1])])
    }
    deep.node("Relu", ["v19"], "out")
    deep.proto.opsetImport[0].version = 11
    try expectRefusal(deep, "16 axes in all")
  }
}
