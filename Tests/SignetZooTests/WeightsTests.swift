import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetZoo

@Suite struct WeightsTests {
  typealias Tensor = SafetensorsWriter.Tensor

  private func tensors(_ model: Model) -> [Tensor] {
    model.weights.map { name, weight in
      Tensor(
        name: name, elementType: .float32, shape: weight.shape,
        bytes: weight.floats.withUnsafeBytes { Data($0) })
    }
  }

  /// Writes the tensors as a foreign file and imports it.
  private func imported(
    _ tensors: [Tensor], as architecture: Architecture = .resnet20
  ) throws -> Model {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try AtomicFile.write(SafetensorsWriter(tensors: tensors, metadata: [:]).parts, to: url)
    return try architecture.model(weights: url)
  }

  private func defects(_ tensors: [Tensor]) throws -> [ModelError.TensorDefect] {
    do {
      _ = try imported(tensors)
      return []
    } catch ZooError.model(_, _, .tensors(let defects)) {
      return defects
    }
  }

  @Test func weightsComeBack() throws {
    let model = try Architecture.resnet20.model(classes: 100, seed: 5)
    let found = try imported(tensors(model))
    #expect(found.weights == model.weights)
    #expect(found.classCount == 100)
    #expect(found.preprocessing == .cifar)
  }

  @Test func countersAndWrappersAreIgnored() throws {
    let model = try Architecture.resnet20.model(seed: 5)
    let wrapped =
      (tensors(model).map { ($0.name, $0.elementType, $0.shape, $0.bytes) }
      + [("bn1.num_batches_tracked", .int64, [], Data(count: 8))])
      .map { Tensor(name: "module." + $0.0, elementType: $0.1, shape: $0.2, bytes: $0.3) }
    #expect(try imported(wrapped).weights == model.weights)
  }

  @Test func auxiliaryClassifiersAreIgnored() throws {
    let model = try Architecture.googlenet.model(classes: 2, seed: 5)
    let auxiliary = Tensor(
      name: "aux1.conv.conv.weight", elementType: .float32, shape: [1], bytes: Data(count: 4))
    #expect(try imported(tensors(model) + [auxiliary], as: .googlenet).weights == model.weights)
  }

  @Test func everyDefectIsListed() throws {
    let model = try Architecture.resnet20.model(seed: 5)
    let bytes = Data(count: 16 * 4)
    let changed =
      tensors(model).filter { $0.name != "conv1.weight" && $0.name != "bn1.bias" }
      + [
        Tensor(name: "conv_1.weight", elementType: .float32, shape: [16], bytes: bytes),
        Tensor(name: "head", elementType: .float32, shape: [4, 4], bytes: bytes),
      ]
    #expect(
      try defects(changed) == [
        .missing(name: "conv1.weight", shape: [16, 3, 3, 3], suggestion: "conv_1.weight"),
        .missing(name: "bn1.bias", shape: [16], suggestion: nil),
        .unexpected(name: "conv_1.weight", suggestion: "conv1.weight"),
        .unexpected(name: "head", suggestion: nil),
      ])
  }

  @Test func shapesAreCompared() throws {
    let model = try Architecture.resnet20.model(seed: 5)
    let changed =
      tensors(model).filter { $0.name != "bn1.bias" }
      + [Tensor(name: "bn1.bias", elementType: .float32, shape: [4], bytes: Data(count: 16))]
    #expect(try defects(changed) == [.shape(name: "bn1.bias", expected: [16], found: [4])])
  }

  @Test func valuesMustBeFinite() throws {
    let model = try Architecture.resnet20.model(seed: 5)
    var bias = [Float](repeating: 0, count: 16)
    bias[7] = .infinity
    let changed =
      tensors(model).filter { $0.name != "bn1.bias" }
      + [
        Tensor(
          name: "bn1.bias", elementType: .float32, shape: [16],
          bytes: bias.withUnsafeBytes { Data($0) })
      ]
    do {
      _ = try imported(changed)
      Issue.record("an infinite bias was accepted")
    } catch ZooError.value(_, let tensor, let index, let found) {
      #expect(tensor == "bn1.bias" && index == 7 && found == .infinity)
    }
  }

  @Test func halfPrecisionIsRead() throws {
    let model = try Architecture.resnet20.model(seed: 5)
    // 1.5 in binary16 and bfloat16, and in float64.
    let forms: [(ElementType, [UInt8])] = [
      (.float16, [0x00, 0x3e]), (.bfloat16, [0xc0, 0x3f]),
      (.float64, [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]),
    ]
    for (type, pattern) in forms {
      let bytes = Data((0..<16).flatMap { _ in pattern })
      let changed =
        tensors(model).filter { $0.name != "bn1.bias" }
        + [Tensor(name: "bn1.bias", elementType: type, shape: [16], bytes: bytes)]
      let values = try #require(imported(changed).weights["bn1.bias"]).floats
      #expect(values == [Float](repeating: 1.5, count: 16))
    }
  }

  @Test func modelsAreNotImported() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: url) }
    try Architecture.resnet20.model(seed: 1).write(to: url)
    #expect(throws: ZooError.isModel(path: url.path)) {
      try Architecture.resnet20.model(weights: url)
    }
  }

  /// `shared/models` beside the repository or above it.
  private static let sharedModels: URL? = {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let models = folder.appendingPathComponent("shared/models")
      if FileManager.default.fileExists(atPath: models.path) { return models }
    }
    return nil
  }()

  // Needs a trained network that lies beside the repository on some machines only.
  @Test(.enabled(if: sharedModels != nil)) func trainedResNetLoads() throws {
    let url = try #require(Self.sharedModels).appendingPathComponent(
      "resnet20-cifar10.safetensors")
    let model = try Architecture.resnet20.model(weights: url)
    #expect(model.classCount == 10)
    #expect(model.weights.values.allSatisfy { $0.floats.contains { $0 != 0 } })
    let text = thrown(ZooError.self) { try Architecture.resnet32.model(weights: url) }
    #expect(
      text.hasPrefix(
        "\(url.path) as resnet32: 60 tensors do not fit the network:\n"
          + "  layer1.3.conv1.weight: missing, expected 16×16×3×3\n"))
  }
}
