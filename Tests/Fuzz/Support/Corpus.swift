import CPNG
import CTurboJPEG
import Foundation
import SignetModel
import SignetONNX

/// The sound files that are damaged, made anew in every run.
public struct Corpus {
  public let networks: [[UInt8]]
  public let modelFiles: [[UInt8]]
  public let images: [[UInt8]]

  /// - Parameter folder: more files, taken by their suffix: `onnx`, `signet`, `safetensors`,
  ///   `jpg`, `png`
  public init(adding folder: URL? = nil) throws {
    var networks: [[UInt8]] = []
    var modelFiles: [[UInt8]] = []
    for codes in 0...3 {
      let model = try Self.model(codes: codes)
      for encoding in ONNXExporter.Encoding.allCases {
        networks.append(
          Array(try ONNXExporter(options: .init(encoding: encoding)).data(model)))
      }
      for operators in ONNXExporter.Operators.allCases where codes > 0 && operators != .standard {
        networks.append(
          Array(try ONNXExporter(options: .init(operators: operators)).data(model)))
      }
      modelFiles.append(try Self.bytes(of: model))
    }
    var images = Self.images
    for file in try folder.map(Self.files) ?? [] {
      let bytes = Array(try Data(contentsOf: file))
      switch file.pathExtension {
      case "onnx": networks.append(bytes)
      case "signet", "safetensors": modelFiles.append(bytes)
      case "jpg", "jpeg", "png": images.append(bytes)
      default: break
      }
    }
    self.networks = networks
    self.modelFiles = modelFiles
    self.images = images
  }

  private static func files(in folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }

  private static func bytes(of model: Model) throws -> [UInt8] {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-corpus-\(UUID().uuidString).signet")
    defer { try? FileManager.default.removeItem(at: url) }
    try model.write(to: url)
    return Array(try Data(contentsOf: url))
  }

  private static func model(codes: Int) throws -> Model {
    var g = GraphBuilder(inputShape: .map(3, 6, 6))
    g.append(
      "conv",
      .convolution(
        Convolution(
          inputChannels: 3, outputChannels: 4, kernel: Size2D(3), padding: Padding2D(1))), g.input)
    g.append("norm", .batchNorm(BatchNorm(channels: 4)), "conv")
    g.append("silu", .activation(.silu), "norm")
    g.append("lrn", .localResponseNorm(LocalResponseNorm(size: 3)), "silu")
    g.append("pool", .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2))), "lrn")
    g.append(
      "shuffle",
      .transpose(
        Transposition(
          extents: [2, 2, 3, 3], order: [1, 0, 2, 3], shape: .map(4, 3, 3))), "pool")
    g.append("affine", .affine(Affine(shape: .map(4, 1, 1))), "shuffle")
    g.append("pad", .pad(Pad(channelsAfter: 1, spatial: Padding2D(1))), "affine")
    g.append("slice", .slice(StridedSlice(height: .init(start: 0, end: 4, step: 2))), "pad")
    g.append("gap", .globalAveragePool, "slice")
    g.append("flat", .flatten, "gap")
    g.append("fc", .linear(Linear(inputs: 5, outputs: 3)), "flat")
    g.append("softmax", .softmax(axis: 0), "fc")
    let graph = try g.graph(output: "softmax")
    var weights: [String: Weight] = [:]
    for node in graph.nodes {
      for (role, shape) in node.operation.parameters {
        let count = shape.reduce(1, *)
        guard codes > 0, role == .weight, node.operation.isBinarizable else {
          weights[node.parameterName(role)] = try Weight(
            shape: shape, values: (0..<count).map { Float($0 % 7) / 7 + 0.1 })
          continue
        }
        let (filters, length) = (shape[0], count / shape[0])
        // The last network has all that may stand beside codes.
        let isRich = codes == 3
        let rows = try CodeRows(
          codeCounts: (0..<filters).map { isRich ? 1 + $0 % 3 : codes })
        weights[node.parameterName(role)] = try Weight(
          shape: shape,
          storage: .binary(
            BinaryCodes(
              signs: (0..<rows.count * length).map { $0 % 3 == 0 ? 1 : -1 },
              scales: [Float](repeating: 0.25, count: rows.count), rows: rows,
              patchLength: length,
              constants: isRich ? [Float](repeating: 0.125, count: filters) : nil,
              inputScales: isRich
                ? InputScales([Float](repeating: 2, count: shape[1]), channelCount: shape[1]) : nil
            )))
      }
    }
    return try Model(
      graph: graph, weights: weights, preprocessing: .imagenet, labels: ["a", "b", "c"])
  }
}
