import Foundation
import NetworkOracle
import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Every export can be imported again, and computes the same.
@Suite struct ReimportTests {
  private func reimported(
    _ model: Model, _ encoding: ONNXExporter.Encoding = .bits
  ) throws -> Model {
    let data = try ONNXExporter(options: .init(encoding: encoding)).data(model)
    return try ONNXImporter().model(data, file: URL(fileURLWithPath: "/tmp/again.onnx"))
  }

  private func scores(_ model: Model, _ images: [Float]) throws -> [Float] {
    try Engine(model: model, options: .init(isExact: true)).run(images, count: 1)
  }

  private func expectEqualScores(_ model: Model, _ other: Model, _ comment: String) throws {
    let images = numbers(model.graph.inputShape.elementCount).map { 4 * $0 }
    let (expected, found) = (try scores(model, images), try scores(other, images))
    #expect(found.count == expected.count)
    let isEqual = zip(found, expected).allSatisfy { a, b in
      a == b || a.isNaN && b.isNaN || abs(a - b) <= 2e-5 * max(1, abs(b))
    }
    #expect(isEqual, "\(comment)")
  }

  @Test func everyOperation() throws {
    for graph in try [.everyOperation()] + Graph.gridOperations() {
      let model = try Model.random(graph, weights: .float)
      let last = graph.nodes.last.map { "\($0.operation)" } ?? ""
      let again = try reimported(model)
      try expectEqualScores(model, again, last)
      // What came in once goes out and in as it is.
      let twice = try reimported(again)
      #expect(
        twice.graph.nodes.map(\.operation.kind) == again.graph.nodes.map(\.operation.kind),
        "\(last)")
      try expectEqualScores(model, twice, last)
    }
  }

  /// Transposed convolutions are one operator each in the file, and the same nodes here.
  @Test func transposedConvolutionsAreOneOperator() throws {
    for (groups, padding, isOne) in [
      (1, Padding2D(top: 1, left: 2, bottom: 0, right: 1), true),
      (2, Padding2D(top: 0, left: 0, bottom: 3, right: 4), true),
      (1, Padding2D(top: 3, left: 0, bottom: 0, right: 0), false),
      (1, Padding2D(top: 0, left: 0, bottom: 4, right: 0), false),
    ] {
      var builder = GraphBuilder(inputShape: .map(4, 5, 7))
      builder.append("up.spread", .spread(Size2D(height: 2, width: 3)), builder.input)
      builder.append(
        "up",
        .convolution(
          Convolution(
            inputChannels: 4, outputChannels: 6, kernel: Size2D(3), padding: padding,
            groups: groups)), "up.spread")
      let graph = try builder.graph(output: "up")
      for codes in [0, 2] {
        let model = try Model(
          graph: graph, weights: weights(for: graph, codes: codes), preprocessing: .none)
        let proto = try ProtoModel(serializedBytes: ONNXExporter().data(model))
        let computing = proto.graph.node.map(\.opType).filter { $0.hasPrefix("Conv") }
        #expect(computing == (isOne ? ["ConvTranspose"] : ["ConvTranspose", "Conv"]))
        let again = try reimported(model)
        #expect(again.graph.nodes == graph.nodes)
        let (found, expected) = (
          again.weight(.weight, of: graph.nodes[1]), model.weights["up.weight"]
        )
        #expect(found?.floats == expected?.floats)
        #expect(found?.codes == expected?.codes)
        try expectEqualScores(model, again, "\(padding)")
      }
    }
  }

  @Test func truthIsOneOrZero() throws {
    var file = TestFile(input: [nil, 4])
    file.node("Cast", ["image"], "truth", attributes: [.boolean])
    file.node("Cast", ["truth"], "out", attributes: [.float32])
    #expect(try scores(file.model(), [0.5, 0, -2, 1]) == [1, 0, 1, 1])
  }

  @Test func paddingOfManyAxes() throws {
    var file = TestFile(input: [nil, 2, 1, 2, 2])
    file.integers("pads", [0, 0, 1, 0, 1, 0, 1, 0, 0, 0])
    file.floats("value", [], [9])
    file.node("Pad", ["image", "pads", "value"], "out")
    let model = try file.model()
    #expect(model.graph.outputs.map { model.graph.shape(of: $0).extents } == [[3, 2, 2, 3]])
    let nines = [Float](repeating: 9, count: 6)
    #expect(
      try scores(model, [1, 2, 3, 4, 5, 6, 7, 8])
        == nines + [9, 1, 2, 9, 3, 4] + nines + [9, 5, 6, 9, 7, 8] + nines + nines)
  }

  private static let real = SharedModelTests.folder.map {
    $0.appendingPathComponent("real")
  }
  private static let realNames: [String] =
    real.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) }?
    .filter { $0.hasSuffix(".onnx") }.sorted() ?? []

  @Test(
    .enabled(if: !realNames.isEmpty, "networks of others are not on this machine"),
    arguments: realNames)
  func networksOfOthers(_ name: String) throws {
    let folder = try #require(Self.real)
    // What is refused has nothing to export.
    guard let model = try? ONNXImporter().model(contentsOf: folder.appendingPathComponent(name))
    else { return }
    let again = try reimported(model)
    #expect(
      again.graph.outputs.map { again.graph.shape(of: $0) }
        == model.graph.outputs.map { model.graph.shape(of: $0) })
    #expect(
      Set(again.graph.layers.map(\.operation)) == Set(model.graph.layers.map(\.operation)))
  }
}
