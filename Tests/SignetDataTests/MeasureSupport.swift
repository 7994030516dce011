import Foundation
import SignetModel

@testable import SignetData

/// Gives each sample the numbers of its row, whatever it sees.
final class RowNetwork: NamedNetwork {
  let inputs: [GraphInput]
  private let output: GraphOutput
  private let rows: [[Float]]
  private var done = 0

  init(_ rows: [[Float]], for model: Model) {
    self.rows = rows
    inputs = model.graph.inputs
    output = model.graph.outputs[0]
  }

  func outputs(_ inputs: [String: DenseTensor]) throws -> [String: DenseTensor] {
    let count = inputs[self.inputs[0].name]?.extents[0] ?? 0
    defer { done += count }
    let own = rows[done..<done + count]
    return [
      output.name: DenseTensor(
        extents: [count, own.first?.count ?? 0], values: own.flatMap { $0 })!
    ]
  }
}

extension Model {
  /// A network of one operation on an image.
  static func of(
    _ operation: NodeOperation, _ shape: Shape, _ preprocessing: Preprocessing = .unit
  ) throws -> Model {
    var builder = GraphBuilder(inputs: [GraphInput(name: "image", shape: shape)])
    builder.append("y", operation, "image")
    return try Model(
      graph: builder.graph(outputs: [GraphOutput(name: "y", value: "y")]), weights: [:],
      preprocessing: preprocessing)
  }

  var map: OutputMap? { OutputMap(graph.outputs[0], of: self) }
}

extension TemporaryFolder {
  /// - Parameter pixels: height × width × channels
  @discardableResult
  func writePNG(
    _ pixels: [UInt8], _ width: Int, _ height: Int, channels: Int = 1, to name: String
  ) throws -> String {
    guard let file = PNG.encode(pixels, width: width, height: height, channels: channels) else {
      throw CocoaError(.fileWriteUnknown)
    }
    return try write(Array(file), to: name)
  }
}
