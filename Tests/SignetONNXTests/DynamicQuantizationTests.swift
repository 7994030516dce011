import Foundation
import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Values quantised in each run are taken as they were before; weights as what their integers mean.
@Suite struct DynamicQuantizationTests {
  private func scores(_ file: TestFile, _ images: [Float]) throws -> [Float] {
    try Engine(model: try file.model(), options: .init(isExact: true)).run(images, count: 1)
  }

  private func bytes(_ name: String, _ dims: [Int], _ values: [UInt8], _ file: inout TestFile) {
    var tensor = ProtoTensor()
    tensor.name = name
    tensor.dataType = 2
    tensor.dims = dims.map(Int64.init)
    tensor.rawData = Data(values)
    file.proto.graph.initializer.append(tensor)
  }

  /// What `quantize_dynamic` makes of a layer: 3 × 2 weights 0.5 · (w − 128).
  private func layer(file: inout TestFile) {
    bytes("w", [3, 2], [130, 128, 127, 126, 128, 132], &file)
    bytes("zero", [], [128], &file)
    file.floats("step", [], [0.5])
    file.floats("bias", [2], [1, -1])
  }

  private let image: [Float] = [1, 2, 3]
  private let expected: [Float] = [1 - 1 + 0 + 1, 0 - 2 + 6 - 1]

  @Test func matrixProducts() throws {
    var file = TestFile(input: [nil, 3])
    layer(file: &file)
    file.node("DynamicQuantizeLinear", ["image"], "x", "x_step", "x_zero")
    file.node("MatMulInteger", ["x", "w", "x_zero", "zero"], "sums")
    file.node("Cast", ["sums"], "floats", attributes: [.float32])
    file.node("Mul", ["x_step", "step"], "both")
    file.node("Mul", ["floats", "both"], "scaled")
    file.node("Add", ["scaled", "bias"], "out")
    #expect(try scores(file, image) == expected)
  }

  @Test func fusedMatrixProducts() throws {
    var file = TestFile(input: [nil, 3])
    layer(file: &file)
    file.node(
      "DynamicQuantizeMatMul", ["image", "w", "step", "zero", "bias"], "out",
      domain: "com.microsoft")
    #expect(try scores(file, image) == expected)
    file.proto.graph.node.removeAll()
    file.node("DynamicQuantizeLinear", ["image"], "x", "x_step", "x_zero")
    file.node(
      "MatMulIntegerToFloat", ["x", "w", "x_step", "step", "x_zero", "zero", "bias"], "out",
      domain: "com.microsoft")
    #expect(try scores(file, image) == expected)
  }

  @Test func wholeNumbersAloneAreRefused() throws {
    var file = TestFile(input: [nil, 3])
    file.node("DynamicQuantizeLinear", ["image"], "out", "step", "zero")
    #expect(try file.problems().map(\.found) == ["integers"])
    var added = TestFile(input: [nil, 3])
    added.node("DynamicQuantizeLinear", ["image"], "x", "step", "zero")
    added.node("Relu", ["x"], "out")
    #expect(try added.problems().map(\.operator) == ["Relu"])
  }

  /// The same network in floats and in bytes turned over, a scale per gate.
  @Test func recurrentLayers() throws {
    let (inputs, hidden) = (3, 2)
    func codes(_ rows: Int) -> [UInt8] {
      (0..<rows * 4 * hidden).map { UInt8(($0 * 37 + rows) % 256) }
    }
    let steps = (0..<4 * hidden).map { Float($0 + 1) / 512 }
    var plain = TestFile(input: [nil, 5, inputs])
    plain.node("Transpose", ["image"], "steps", attributes: [.integers("perm", [1, 0, 2])])
    var packed = plain
    for (name, rows) in [("w", inputs), ("r", hidden)] {
      let codes = codes(rows)
      bytes(name, [1, rows, 4 * hidden], codes, &packed)
      bytes("\(name)_zero", [1], [128], &packed)
      packed.floats("\(name)_step", [1, 4 * hidden], steps)
      plain.floats(
        name, [1, 4 * hidden, rows],
        (0..<4 * hidden).flatMap { gate in
          (0..<rows).map { (Float(codes[$0 * 4 * hidden + gate]) - 128) * steps[gate] }
        })
    }
    let size = ProtoAttribute.integer("hidden_size", hidden)
    plain.node("LSTM", ["steps", "w", "r"], "all", "out", attributes: [size])
    packed.node(
      "DynamicQuantizeLSTM",
      ["steps", "w", "r", "", "", "", "", "", "w_step", "w_zero", "r_step", "r_zero"], "all",
      "out", attributes: [size], domain: "com.microsoft")
    let sequence = numbers(15)
    let found = try scores(packed, sequence)
    #expect(found == (try scores(plain, sequence)))
    #expect(found.contains { abs($0) > 0.01 })
  }

  /// Blocks of two along an axis, the last one shorter.
  @Test func blocksOfConstants() throws {
    for (axis, dims, steps, places) in [
      (0, [2, 2], [1, 2, 10, 20] as [Float], [0, 1, 0, 1, 2, 3]),
      (1, [3, 1], [1, 10, 100], [0, 0, 1, 1, 2, 2]),
    ] {
      var file = TestFile(input: [nil, 3], operatorSet: 21)
      bytes("codes", [3, 2], [1, 2, 3, 4, 5, 6], &file)
      file.floats("steps", dims, steps)
      bytes("zeros", dims, steps.map { _ in 1 }, &file)
      file.node(
        "DequantizeLinear", ["codes", "steps", "zeros"], "w",
        attributes: [.integer("axis", axis), .integer("block_size", 2)])
      file.node("MatMul", ["image", "w"], "out")
      let weights = places.enumerated().map { Float($0.offset) * steps[$0.element] }
      #expect(
        try scores(file, image)
          == [0, 1].map { column in
            (0..<3).reduce(0) { $0 + image[$1] * weights[$1 * 2 + column] }
          }, "\(axis)")
    }
  }
}
