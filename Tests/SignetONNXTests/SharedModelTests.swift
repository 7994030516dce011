import Foundation
import SignetModel
import SignetONNX
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
}
