import Foundation
import SignetModel

extension GraphWriter {
  /// Writes one of a node's tensors.
  ///
  /// - Returns: the ONNX value that holds it, of the tensor's shape; `nil` if the node has none.
  mutating func weight(_ role: ParameterRole, of node: Node) -> String? {
    guard let weight = model.weight(role, of: node) else { return nil }
    let name = node.parameterName(role)
    switch (weight.storage, encoding) {
    case (.float, _), (_, .float): return store(name, weight.floats, dims: weight.shape)
    case (.int8(let filters), _): return dequantized(filters, name, shape: weight.shape)
    case (.binary(let codes), .bits): return unpacked(codes, name, shape: weight.shape)
    case (.binary(let codes), .int8), (.binary(let codes), .int4), (.binary(let codes), .int2):
      return dequantized(codes, name, shape: weight.shape)
    }
  }

  /// One signed byte per weight, and a scale per filter.
  private mutating func dequantized(
    _ filters: Int8Filters, _ name: String, shape: [Int]
  ) -> String {
    let codes = store(CodesRecovery.int8Name(name), .int8, dims: shape, bytes: filters.bytes)
    let scale = store(
      CodesRecovery.scaleName(name), filters.scales.array, dims: [filters.filterCount])
    return append("DequantizeLinear", [codes, scale], to: beside(name), [.integer("axis", 0)])
  }
}
