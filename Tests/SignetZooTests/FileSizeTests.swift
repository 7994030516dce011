import Foundation
import SignetModel
import SignetZoo
import Testing

/// What a 1-bit ResNet-18 takes for 1,000 classes; 46.8 MB in float.
@Suite struct FileSizeTests {
  /// The network with numbers that cost no time to make.
  private func model(keeping kept: Set<String>) throws -> Model {
    let graph = try Architecture.resnet18.graph()
    var weights: [String: Weight] = [:]
    for node in graph.nodes {
      for (role, shape) in node.operation.parameters {
        let name = node.parameterName(role)
        let patchLength = shape.dropFirst().reduce(1, *)
        guard role == .weight, node.operation.isBinarizable, !kept.contains(node.name) else {
          let values = (0..<shape[0] * patchLength).map { Float(1 + $0 % 7) / 64 }
          weights[name] = try Weight(shape: shape, values: values)
          continue
        }
        let bytes = shape[0] * BinaryCodes.bytesPerFilter(patchLength: patchLength)
        let codes = try BinaryCodes(
          bytes: Data(count: bytes), scales: FloatValues([Float](repeating: 0.1, count: shape[0])),
          codeCount: 1, filterCount: shape[0], patchLength: patchLength)
        weights[name] = try Weight(shape: shape, storage: .binary(codes))
      }
    }
    return try Model(graph: graph, weights: weights, preprocessing: .imagenet)
  }

  @Test func edgesInEightBits() throws {
    let layers = try Architecture.resnet18.graph().layers.map(\.name)
    let kept: Set = [try #require(layers.first), try #require(layers.last)]
    let model = try model(keeping: kept)
    #expect(model.floatByteCount > 46_700_000)
    let bytes = try model.compacted().fileByteCount
    #expect(bytes <= 2_000_000, "\(bytes)")
  }

  @Test func everyLayerBinary() throws {
    let bytes = try model(keeping: []).compacted().fileByteCount
    #expect(bytes <= 1_500_000, "\(bytes)")
  }
}
