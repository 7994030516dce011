import Foundation
import SignetData
import SignetModel
import Testing

@testable import SignetTraining

/// One after the other: all of these seed the process's generator, or draw from it.
@Suite(.serialized) enum ProcessGeneratorTests {}

/// Images of random bytes whose class is the brightest quarter: something a net can learn.
struct QuarterDataset: ImageDataset {
  let images: [[UInt8]]
  let labels: [Int]
  let shape: Shape
  let classNames = ["0", "1", "2", "3"]
  let name = "quarters"
  var count: Int { images.count }

  init(count: Int, shape: Shape = .map(3, 8, 8), seed: UInt64 = 1) {
    var random = SplitMix64(seed: seed)
    self.shape = shape
    let labels = (0..<count).map { _ in Int.random(in: 0..<4, using: &random) }
    images = labels.map { label in
      (0..<shape.elementCount).map { element in
        let row = element / shape.width % shape.height
        let column = element % shape.width
        let quarter = row * 2 / shape.height * 2 + column * 2 / shape.width
        return UInt8.random(in: quarter == label ? 96...255 : 0...159, using: &random)
      }
    }
    self.labels = labels
  }

  func pixels(
    at index: Int, shape: Shape, preprocessing: Preprocessing
  ) throws(DataError) -> [UInt8] {
    guard shape == self.shape else {
      throw .size(dataset: name, expected: self.shape, found: shape)
    }
    return images[index]
  }
}

enum Tiny {
  static let shape = Shape.map(3, 8, 8)
  static let preprocessing = Preprocessing(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])

  /// conv1-bn1-relu, a residual block of two convolutions, a strided and grouped convolution with
  /// bias, a convolution without, two linear layers.
  static func graph(dropout: Float = 0) throws -> Graph {
    var g = GraphBuilder(inputShape: shape)
    func conv(_ input: Int, _ output: Int, stride: Int = 1, groups: Int = 1, bias: Bool = false)
      -> NodeOperation
    {
      .convolution(
        Convolution(
          inputChannels: input, outputChannels: output, kernel: Size2D(3), stride: Size2D(stride),
          padding: Padding2D(1), groups: groups, hasBias: bias))
    }
    g.append("conv1", conv(3, 8), g.input)
    g.append("bn1", .batchNorm(BatchNorm(channels: 8)), "conv1")
    g.append("relu1", .relu, "bn1")
    g.append("block.conv1", conv(8, 8), "relu1")
    g.append("block.bn1", .batchNorm(BatchNorm(channels: 8)), "block.conv1")
    g.append("block.relu1", .relu, "block.bn1")
    g.append("block.conv2", conv(8, 8), "block.relu1")
    g.append("block.bn2", .batchNorm(BatchNorm(channels: 8)), "block.conv2")
    g.append("block.add", .add, "block.bn2", "relu1")
    g.append("block.relu2", .relu, "block.add")
    g.append("down", conv(8, 12, stride: 2, groups: 2, bias: true), "block.relu2")
    g.append("down.relu", .relu, "down")
    g.append("last", conv(12, 12), "down.relu")
    g.append("last.relu", .relu, "last")
    g.append("flatten", .flatten, "last.relu")
    g.append("fc1", .linear(Linear(inputs: 192, outputs: 16)), "flatten")
    g.append("fc1.relu", .relu, "fc1")
    var value = "fc1.relu"
    if dropout > 0 { value = g.append("dropout", .dropout(rate: dropout), value) }
    g.append("fc2", .linear(Linear(inputs: 16, outputs: 4)), value)
    return try g.graph(output: "fc2")
  }

  /// Weights as He et al. initialise them; batch norm statistics that are not trivial.
  static func model(dropout: Float = 0, seed: UInt64 = 7) throws -> Model {
    try model(graph: graph(dropout: dropout), seed: seed)
  }

  static func model(graph: Graph, seed: UInt64 = 7) throws -> Model {
    var random = SplitMix64(seed: seed)
    var weights: [String: Weight] = [:]
    for node in graph.nodes {
      for (role, shape) in node.operation.parameters {
        let count = shape.reduce(1, *)
        let values: [Float]
        switch (role, node.operation.isBinarizable) {
        case (.weight, true):
          let deviation = (2 / Float(count / shape[0])).squareRoot()
          values = (0..<count).map { _ in deviation * normal(&random) }
        case (.weight, false), (.runningVariance, _):
          values = (0..<count).map { _ in Float.random(in: 0.5...1.5, using: &random) }
        default:
          values = (0..<count).map { _ in 0.1 * normal(&random) }
        }
        weights[node.parameterName(role)] = try Weight(shape: shape, values: values)
      }
    }
    return try Model(graph: graph, weights: weights, preprocessing: preprocessing)
  }

  static func normal(_ random: inout SplitMix64) -> Float {
    let radius = (-2 * Foundation.log(Float.random(in: Float.ulpOfOne..<1, using: &random)))
      .squareRoot()
    return radius * Foundation.cos(2 * .pi * Float.random(in: 0..<1, using: &random))
  }

  /// count × shape
  static func images(_ count: Int, shape: Shape = shape, seed: UInt64 = 3) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count * shape.elementCount).map { _ in normal(&random) }
  }
}

/// A folder that is gone when the test is done.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("signet-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// Data that lies beside the repository on some machines only.
enum SharedData {
  static let folder: URL? = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      let shared = folder.deletingLastPathComponent().appendingPathComponent("shared")
      let marker = shared.appendingPathComponent("models/resnet20-cifar10.safetensors")
      if FileManager.default.fileExists(atPath: marker.path) { return shared }
      folder.deleteLastPathComponent()
    }
    return nil
  }()
}
