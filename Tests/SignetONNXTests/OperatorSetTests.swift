import Foundation
import SignetModel
import SignetRuntime
import Testing
import ThrownErrors

@testable import SignetONNX

/// Operators moved arguments from attributes to inputs over the years; the same network written
/// in the manner of each version computes the same.
@Suite struct OperatorSetTests {
  /// Conv, BatchNormalization, Clip, Pad, Slice, Dropout, ReduceMean, Squeeze, Unsqueeze, Softmax.
  private func network(_ version: Int) -> TestFile {
    var file = TestFile(operatorSet: Int64(version))
    file.floats("w", [4, 3, 3, 3], numbers(108))
    for (index, name) in ["gamma", "beta", "mean"].enumerated() {
      file.floats(name, [4], numbers(4, seed: index + 1))
    }
    file.floats("variance", [4], [1, 2, 0.5, 1.5])
    file.node("Conv", ["image", "w"], "conv", attributes: [.integers("pads", [1, 1, 1, 1])])
    file.node(
      "BatchNormalization", ["conv", "gamma", "beta", "mean", "variance"], "norm",
      attributes: version < 9 ? [.integer("spatial", 1)] : [])
    clip(&file, version)
    pad(&file, version)
    slice(&file, version)
    if version < 12 {
      file.node("Dropout", ["slice"], "dropout", attributes: [.float("ratio", 0.25)])
    } else {
      file.floats("ratio", [], [0.25])
      file.node("Dropout", ["slice", "ratio"], "dropout")
    }
    axes(&file, "ReduceMean", "dropout", "pooled", [2, 3], asInput: version >= 18)
    axes(&file, "Squeeze", "pooled", "vector", [2, 3], asInput: version >= 13)
    axes(&file, "Unsqueeze", "vector", "map", [2, 3], asInput: version >= 13)
    // Up to version 12 everything from the axis on is one distribution; here that is the same.
    file.node("Flatten", ["map"], "flat")
    file.node("Softmax", ["flat"], "out", attributes: [.integer("axis", 1)])
    return file
  }

  private func clip(_ file: inout TestFile, _ version: Int) {
    guard version >= 11 else {
      let bounds: [ProtoAttribute] = [.float("min", -0.4), .float("max", 0.6)]
      file.node("Clip", ["norm"], "clip", attributes: bounds)
      return
    }
    file.floats("low", [], [-0.4])
    file.floats("high", [], [0.6])
    file.node("Clip", ["norm", "low", "high"], "clip")
  }

  private func pad(_ file: inout TestFile, _ version: Int) {
    let amounts = [0, 0, 1, 2, 0, 0, 0, 1]
    guard version >= 11 else {
      let attributes: [ProtoAttribute] = [.integers("pads", amounts), .float("value", 0.5)]
      file.node("Pad", ["clip"], "pad", attributes: attributes)
      return
    }
    file.integers("pads", amounts)
    file.floats("value", [], [0.5])
    file.node("Pad", ["clip", "pads", "value"], "pad")
  }

  private func slice(_ file: inout TestFile, _ version: Int) {
    guard version >= 10 else {
      let attributes: [ProtoAttribute] = [
        .integers("axes", [2, 3]), .integers("starts", [1, -6]), .integers("ends", [99, -1]),
      ]
      file.node("Slice", ["pad"], "slice", attributes: attributes)
      return
    }
    file.integers("starts", [1, -6])
    file.integers("ends", [99, -1])
    file.integers("axes", [2, 3])
    file.node("Slice", ["pad", "starts", "ends", "axes"], "slice")
  }

  private func axes(
    _ file: inout TestFile, _ operatorName: String, _ input: String, _ output: String,
    _ axes: [Int], asInput: Bool
  ) {
    guard asInput else {
      file.node(operatorName, [input], output, attributes: [.integers("axes", axes)])
      return
    }
    file.integers("\(output)_axes", axes)
    file.node(operatorName, [input, "\(output)_axes"], output)
  }

  @Test func everyVersionGivesTheSameScores() throws {
    let images = numbers(2 * 48, seed: 9)
    func scores(_ version: Int) throws -> [Float] {
      try Engine(model: try network(version).model(), options: .init(maximumBatch: 2))
        .run(images, count: 2)
    }
    let expected = try scores(17)
    #expect(expected.count == 8)
    #expect(Set(expected).count > 4)
    for version in ONNXImporter.operatorSets {
      #expect(try scores(version) == expected, "operator set \(version)")
    }
    var texts: [String] = []
    for version in [6, 29] {
      texts.append(thrown(ONNXError.self) { try network(version).model() })
    }
    #expect(
      texts == [
        "test.onnx: operator set: expected version 7 to 28, found 6; export it with opset_version=17",
        "test.onnx: operator set: expected version 7 to 28, found 29; export it with opset_version=17",
      ])
  }

  /// Up to version 12 Softmax joins all axes from the given one on.
  @Test func olderSoftmaxJoinsAxes() throws {
    func sums(_ version: Int) throws -> Float {
      var file = TestFile(operatorSet: Int64(version))
      file.node("Softmax", ["image"], "out", attributes: [.integer("axis", 1)])
      return try Engine(model: try file.model()).run(numbers(48)).reduce(0, +)
    }
    #expect(abs(try sums(12) - 1) < 1e-5)
    #expect(abs(try sums(13) - 16) < 1e-4)
  }

  /// A network stored and declared in float16 computes in float32 with the stored numbers.
  @Test func halfPrecisionNetworks() throws {
    var half = TestFile()
    half.proto.graph.input[0].type.tensorType.elemType = 10
    var tensor = ProtoTensor()
    tensor.name = "w"
    tensor.dataType = 10
    tensor.dims = [2, 3, 1, 1]
    // 1, −0.5, 0.25, 2, 1.5, −1
    tensor.rawData = Data([0, 0x3c, 0, 0xb8, 0, 0x34, 0, 0x40, 0, 0x3e, 0, 0xbc])
    half.proto.graph.initializer.append(tensor)
    half.node("Conv", ["image", "w"], "conv")
    half.node("Cast", ["conv"], "out", attributes: [.integer("to", 1)])
    var single = TestFile()
    single.floats("w", [2, 3, 1, 1], [1, -0.5, 0.25, 2, 1.5, -1])
    single.node("Conv", ["image", "w"], "out")
    let images = numbers(48)
    let expected = try Engine(model: try single.model()).run(images)
    #expect(try Engine(model: try half.model()).run(images) == expected)
  }
}
