import Foundation
import Testing

@testable import SignetModel

/// A network small enough to flip every bit of its file: 2×4×4 → convolution, batch norm, ReLU,
/// flatten, linear → 3 classes.
enum Fixture {
  static func graph() throws -> Graph {
    var builder = GraphBuilder(inputShape: .map(3, 4, 4))
    builder.append(
      "conv",
      .convolution(Convolution(inputChannels: 3, outputChannels: 2, kernel: Size2D(3))),
      builder.input)
    builder.append("bn", .batchNorm(BatchNorm(channels: 2)), "conv")
    builder.append("relu", .relu, "bn")
    builder.append("flatten", .flatten, "relu")
    builder.append("fc", .linear(Linear(inputs: 8, outputs: 3)), "flatten")
    return try builder.graph(output: "fc")
  }

  /// Deterministic numbers, none of them special.
  static func values(_ count: Int, seed: Int = 0) -> [Float] {
    (0..<count).map { Float(($0 * 37 + seed * 11 + 5) % 101 - 50) / 64 }
  }

  /// - Parameter codes: K of the convolution's weight; 0 keeps it in float.
  static func model(codes: Int = 0) throws -> Model {
    let graph = try graph()
    var weights: [String: Weight] = [:]
    for (index, (name, shape)) in graph.parameters.enumerated() {
      let values = values(Shape(shape).elementCount, seed: index)
      let isVariance = name.hasSuffix("running_var")
      weights[name] = try Weight(shape: shape, values: isVariance ? values.map(abs) : values)
    }
    if codes > 0 {
      weights["conv.weight"] = try Weight(
        shape: [2, 3, 3, 3], storage: .binary(binaryCodes(codes, filters: 2, patchLength: 27)))
    }
    return try Model(
      graph: graph, weights: weights, preprocessing: .cifar,
      labels: ["cat \"x\"", "dög", "line\nbreak"],
      provenance: Provenance(steps: [
        Provenance.Step(
          verb: "binarize", data: "cifar10:data", seed: .max, options: ["method": "bwnh"],
          results: ["top1": 91.73],
          layers: [
            LayerRecord(
              name: "conv", filters: 2, patchLength: 27, errorBefore: .infinity,
              errorAfter: 0.1, flips: 3, seconds: 0.5)
          ])
      ]))
  }

  static func binaryCodes(_ codes: Int, filters: Int, patchLength: Int) throws -> BinaryCodes {
    try BinaryCodes(
      signs: values(codes * filters * patchLength, seed: 3).map { $0 > 0 ? 1 : -1 },
      scales: values(codes * filters, seed: 4), codeCount: codes, filterCount: filters,
      patchLength: patchLength)
  }

  static func fileData(_ model: Model) throws -> Data {
    try model.fileParts(path: "model").reduce(Data(), +)
  }

  /// Opens bytes as a model; the defect if they are none.
  static func defect(_ data: Data) -> ModelFileError.Defect? {
    do {
      _ = try Model(fileData: data, path: "model")
      return nil
    } catch {
      return error.defect
    }
  }
}

/// A folder that goes away with the value.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
  }
}
