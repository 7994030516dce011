import Foundation
import SignetModel
import SignetONNX
import SignetRuntime
import SignetTraining
import Testing

/// Trained networks as their authors export them. They lie beside the repository on some machines
/// only, and the tests are skipped elsewhere.
@Suite struct SharedModelTests {
  static let folder: URL? = {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/" {
      url.deleteLastPathComponent()
      let candidate = url.appendingPathComponent("shared/models")
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return nil
  }()

  private func model(_ name: String) throws -> Model {
    let folder = try #require(Self.folder)
    return try ONNXImporter().model(contentsOf: folder.appendingPathComponent("\(name).onnx"))
  }

  @Test(.enabled(if: folder != nil, "trained models are not on this machine"))
  func residualNetworkWithItsShapeArithmetic() throws {
    let model = try model("resnet20-cifar10")
    #expect(model.graph.layers.count == 20)
    #expect(model.graph.layers.first?.name == "conv1")
    #expect(model.graph.outputShape == .vector(10))
    // Two zero-padding shortcuts: each a strided slice per axis and a padding of channels.
    #expect(model.graph.nodes.count { $0.operation.kind == .pad } == 2)
    #expect(model.graph.nodes.count { $0.operation.kind == .slice } <= 4)
    let kinds = Set(model.graph.nodes.map(\.operation.kind))
    #expect(
      kinds == [
        .convolution, .batchNorm, .relu, .add, .pad, .slice, .averagePool, .flatten, .linear,
      ])
  }

  @Test(.enabled(if: folder != nil, "trained models are not on this machine"))
  func tinyDarknet() throws {
    let model = try model("tiny-darknet-imagenet")
    #expect(model.graph.inputShape == .map(3, 224, 224))
    #expect(model.classCount == 1000)
    #expect(model.graph.nodes.contains { $0.operation == .activation(.leakyRelu(slope: 0.1)) })
  }

  static let cases = folder.map { $0.deletingLastPathComponent().appendingPathComponent("cases") }
  static let hasCases =
    cases.map { FileManager.default.fileExists(atPath: $0.path) } == true && Peer.isAvailable

  /// Files that other tools take, with what they must give: on both engines, and again on
  /// onnxruntime once exported.
  @Test(
    .enabled(if: hasCases, "the cases or onnxruntime are not on this machine"),
    arguments: [
      ("nodes_unsorted/model", "nodes_unsorted/io", ""),
      ("uint8_nhwc_input/cast_first", "uint8_nhwc_input/cast_first", ""),
      (
        "names_empty_repeated_unicode/model", "names_empty_repeated_unicode/io",
        "input:0:1x3x32x32"
      ),
      ("zero_and_constant_filters/model", "zero_and_constant_filters/io", ""),
    ])
  func casesGiveWhatTheyMust(_ file: String, _ arrays: String, _ extents: String) throws {
    let folder = try #require(Self.cases)
    let url = folder.appendingPathComponent("\(file).onnx")
    let arrays = try Peer.arrays(of: folder.appendingPathComponent("\(arrays).npz"))
    let expected = try #require(arrays["output"])
    var images = try #require(arrays["input"])
    let model = try ONNXImporter(options: .init(inputExtents: InputExtents(extents)))
      .model(contentsOf: url)
    let shape = model.graph.inputShape
    if model.interface?.inputs.first?.isChannelsLast == true {
      images = images.channelsFirst(shape)
    }
    let count = images.count / shape.elementCount
    let peak = expected.reduce(0) { max($0, abs($1)) }
    func check(_ found: [Float], _ engine: String) {
      #expect(found.count == expected.count)
      let error = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error <= 1e-5 * peak, "\(engine): \(error / peak)")
    }
    check(
      try Engine(model: model, options: .init(maximumBatch: count, isExact: true))
        .run(images, count: count), "runtime")
    check(try Executor(model: model).logits(images: images, count: count), "executor")
    guard extents.isEmpty else { return }
    let export = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString).onnx")
    defer { try? FileManager.default.removeItem(at: export) }
    try ONNXExporter().write(model, to: export)
    let problem = try Peer.run(script: "drop_in.py", [url.path, export.path])
    #expect(problem.isEmpty, "\(problem)")
  }
}

extension [Float] {
  /// Images of H×W×C as C×H×W.
  fileprivate func channelsFirst(_ shape: Shape) -> [Float] {
    let area = shape.height * shape.width
    return indices.map { index in
      let (image, element) = index.quotientAndRemainder(dividingBy: shape.elementCount)
      let (channel, pixel) = element.quotientAndRemainder(dividingBy: area)
      return self[image * shape.elementCount + pixel * shape.channels + channel]
    }
  }
}
