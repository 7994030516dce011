import Foundation
import NetworkOracle
import SignetModel
import Testing
import ThrownErrors

@testable import SignetCoreML

@Suite struct PackageTests {
  private static let files = [
    "Data/com.apple.CoreML/model.mlmodel", "Data/com.apple.CoreML/weights/weight.bin",
    "Manifest.json",
  ]

  @Test func aPackageHasAManifestAProgramAndItsWeights() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.mlpackage")
      let size = try CoreMLExporter().write(.random(.residualNetwork()), to: url)
      #expect(try files(below: url) == Self.files)
      let sizes = try Self.files.prefix(2).map {
        try Data(contentsOf: url.appendingPathComponent($0)).count
      }
      #expect(size == sizes.reduce(0, +))
      let manifest = try JSONSerialization.jsonObject(
        with: Data(contentsOf: url.appendingPathComponent("Manifest.json")))
      let items = try #require((manifest as? [String: Any])?["itemInfoEntries"] as? [String: Any])
      let root = try #require((manifest as? [String: Any])?["rootModelIdentifier"] as? String)
      let paths = items.compactMapValues { ($0 as? [String: String])?["path"] }
      #expect(paths[root] == "com.apple.CoreML/model.mlmodel")
      #expect(paths.values.sorted().last == "com.apple.CoreML/weights")
    }
  }

  /// The bits of a residual network's codes, next to what the same network takes in halves.
  @Test func codesTakeABitEach() throws {
    let graph = try Graph.residualNetwork()
    let halves = try CoreMLExporter().package(.random(graph), file: "a")
    let bits = try CoreMLExporter().package(.random(graph, weights: .codes(1)), file: "a")
    let elements = graph.layers.reduce(0) { sum, layer in
      sum + (layer.operation.parameters.first?.shape.reduce(1, *) ?? 0)
    }
    let saved = halves.weights.count - bits.weights.count
    // 15 of 16 bits go; palettes, and what records are rounded up to, come.
    #expect(saved > elements * 15 / 8 * 9 / 10)
    #expect(saved < elements * 15 / 8)
  }

  @Test func anotherPackageIsReplacedAndNothingIsLeft() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.mlpackage")
      try CoreMLExporter().write(.random(.plainNetwork()), to: url)
      try CoreMLExporter().write(.random(.residualNetwork()), to: url)
      #expect(try files(below: url) == Self.files)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.mlpackage"])
      let program = try Data(contentsOf: url.appendingPathComponent(Self.files[0]))
      let expected = try CoreMLExporter().package(.random(.residualNetwork()), file: "a")
      #expect(program.count == expected.specification.count)
    }
  }

  @Test func whatCannotBeWrittenLeavesThePackageThatWasThere() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.mlpackage")
      try CoreMLExporter().write(.random(.plainNetwork()), to: url)
      let before = try Data(contentsOf: url.appendingPathComponent(Self.files[0]))
      let error = #expect(throws: CoreMLError.self) {
        try CoreMLExporter().write(Self.refused(), to: url)
      }
      #expect(try Data(contentsOf: url.appendingPathComponent(Self.files[0])) == before)
      #expect(
        error.map { "\($0)" } == """
          a.mlpackage: Core ML cannot run all of this network (ONNX can: -o NAME.onnx):
            average pooling takes neighbouring elements, found a dilation: 'first', 'second'
          """)
    }
  }

  @Test func numbersThatDoNotFitAreNamed() throws {
    let graph = try Graph.residualNetwork()
    var weights = try Model.random(graph).weights
    let large = [Float](repeating: 1e6, count: 10)
    weights["classifier.bias"] = try Weight(shape: [10], values: large)
    let model = try Model(
      graph: graph, weights: weights, preprocessing: .unit, provenance: Provenance())
    let error = #expect(throws: CoreMLError.self) {
      try CoreMLExporter().package(model, file: "a")
    }
    let problem = CoreMLError.Problem(
      name: "classifier",
      reason: "float16 holds numbers up to 65504.0, found 1000000.0 (--precision)")
    #expect(error == .unsupported(file: "a", problems: [problem]))
    #expect(throws: Never.self) {
      try CoreMLExporter(precision: .float32).package(model, file: "a")
    }
  }

  @Test func smallNumbersDoNotBecomeZero() {
    let data = CoreMLExporter.Precision.float16.data([1e-12, -1e-12, 0, 1])
    #expect(Array(data) == [1, 0, 1, 0x80, 0, 0, 0, 0x3c])
  }

  @Test func namesFollowTheRulesOfPrograms() {
    var identifiers = Identifiers()
    #expect(identifiers.free("conv1/weight:0") == "conv1_weight_0")
    #expect(identifiers.free("conv1.weight.0") == "conv1_weight_0_2")
    #expect(identifiers.free("3d") == "_3d")
    #expect(identifiers.free("") == "_")
    #expect(identifiers.free("größe") == "gr__e")
  }

  /// Two nodes that Core ML has no operation for.
  private static func refused() throws -> Model {
    var g = GraphBuilder(inputShape: .map(3, 9, 9))
    let pooling = Pooling(kernel: Size2D(2), stride: Size2D(1), dilation: Size2D(2))
    let first = g.append("first", .averagePool(pooling), g.input)
    let second = g.append("second", .averagePool(pooling), first)
    return try .random(g.graph(output: second))
  }

  private func files(below url: URL) throws -> [String] {
    let all = try FileManager.default.subpathsOfDirectory(atPath: url.path)
    return all.filter { path in
      var isFolder: ObjCBool = false
      let place = url.appendingPathComponent(path).path
      return FileManager.default.fileExists(atPath: place, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }
}
