import Foundation

/// An ONNX file whose weights lie in a file beside it, as exporters write large networks: images of
/// 1×2×2 pixels and two classes.
enum TinyONNX {
  static let dataName = "net.onnx.data"

  static func write(to folder: URL) throws -> String {
    let weights: [Float] = [1, 0, 0, 1, 1, 1, 0, 0]
    try weights.withUnsafeBytes { Data($0) }.write(to: folder.appendingPathComponent(dataName))
    let graph =
      node("Flatten", inputs: ["x"], output: "flat")
      + node("Gemm", inputs: ["flat", "w"], output: "y")
      + text(2, "g") + bytes(5, externalTensor("w", shape: [4, 2]))
      + bytes(11, port("x", shape: [1, 1, 2, 2])) + bytes(12, port("y", shape: [1, 2]))
    let model = number(1, 8) + bytes(7, graph) + bytes(8, text(1, "") + number(2, 17))
    let file = folder.appendingPathComponent("net.onnx")
    try Data(model).write(to: file)
    return file.path
  }

  /// A network without weights on images `x` of 3×4×6: of each output's node, which reads `x` or
  /// another output.
  static func write(
    _ outputs: [(type: String, input: String, output: String, shape: [Int])], to file: URL
  ) throws {
    let nodes = outputs.flatMap { node($0.type, inputs: [$0.input], output: $0.output) }
    let graph =
      nodes + text(2, "g") + bytes(11, port("x", shape: [1, 3, 4, 6]))
      + outputs.flatMap { bytes(12, port($0.output, shape: $0.shape)) }
    let model = number(1, 8) + bytes(7, graph) + bytes(8, text(1, "") + number(2, 17))
    try Data(model).write(to: file)
  }

  private static func node(_ type: String, inputs: [String], output: String) -> [UInt8] {
    bytes(1, inputs.flatMap { text(1, $0) } + text(2, output) + text(4, type))
  }

  private static func externalTensor(_ name: String, shape: [Int]) -> [UInt8] {
    shape.flatMap { number(1, $0) } + number(2, 1) + text(8, name)
      + bytes(13, text(1, "location") + text(2, dataName)) + number(14, 1)
  }

  private static func port(_ name: String, shape: [Int]) -> [UInt8] {
    let extents = shape.flatMap { bytes(1, number(1, $0)) }
    return text(1, name) + bytes(2, bytes(1, number(1, 1) + bytes(2, extents)))
  }

  private static func number(_ field: Int, _ value: Int) -> [UInt8] {
    varint(field << 3) + varint(value)
  }

  private static func text(_ field: Int, _ value: String) -> [UInt8] {
    bytes(field, Array(value.utf8))
  }

  private static func bytes(_ field: Int, _ value: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(value.count) + value
  }

  private static func varint(_ value: Int) -> [UInt8] {
    value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
  }
}
