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
    case (.binary(let codes), .int8): return dequantized(codes, name, shape: weight.shape)
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

  /// Packed bits and the operators that make floats of them: each byte is shifted by 0 to 7, the
  /// lowest bit b becomes the sign 2b − 1, the scales multiply the signs, codes are added.
  private mutating func unpacked(
    _ codes: BinaryCodes, _ name: String, shape: [Int]
  ) -> String {
    let (count, filters) = (codes.codeCount, codes.filterCount)
    let stride = codes.bytesPerFilter
    let bytes = store(
      CodesRecovery.codesName(name), .uint8, dims: [count, filters, stride, 1], bytes: codes.bytes)
    let scale = store(
      CodesRecovery.scaleName(name), codes.scales.array, dims: [count, filters, 1])
    let shifts = store("signet.shifts", .uint8, dims: [8], bytes: Data(0..<8))
    let base = store("signet.base", .uint8, dims: [1], bytes: Data([2]))
    let one = store("signet.one", [1], dims: [1])
    let two = store("signet.two", [2], dims: [1])
    var value = append(
      "BitShift", [bytes, shifts], to: beside("\(name).shifted"), [.string("direction", "RIGHT")])
    value = append("Mod", [value, base], to: beside("\(name).bits"))
    value = append("Cast", [value], to: beside("\(name).floats"), [.float32])
    let rows = store("\(name).rows", [count, filters, stride * 8])
    value = append("Reshape", [value, rows], to: beside("\(name).padded"))
    if stride * 8 != codes.patchLength {
      let bounds = [
        store("signet.start", [0]), store("\(name).end", [codes.patchLength]),
        store("signet.last", [2]),
      ]
      value = append("Slice", [value] + bounds, to: beside("\(name).patches"))
    }
    value = append("Mul", [value, two], to: beside("\(name).doubled"))
    value = append("Sub", [value, one], to: beside("\(name).signs"))
    value = append("Mul", [value, scale], to: beside("\(name).scaled"))
    let axes = store("signet.codes_axis", [0])
    value = append(
      "ReduceSum", [value, axes], to: beside("\(name).sum"), [.flag("keepdims", false)])
    return append("Reshape", [value, store("\(name).shape", shape)], to: beside(name))
  }

  /// One signed byte per weight and code, and a scale per filter.
  private mutating func dequantized(
    _ codes: BinaryCodes, _ name: String, shape: [Int]
  ) -> String {
    let signs = codes.signs
    let scales = codes.scales.array
    let size = codes.filterCount * codes.patchLength
    var terms: [String] = []
    for code in 0..<codes.codeCount {
      let bytes = Data(signs[code * size..<(code + 1) * size].map(UInt8.init(bitPattern:)))
      let stored = store("\(name).signs.\(code)", .int8, dims: shape, bytes: bytes)
      let part = Array(scales[code * codes.filterCount..<(code + 1) * codes.filterCount])
      let scale = store("\(name).scale.\(code)", part, dims: [codes.filterCount])
      let output = beside(codes.codeCount == 1 ? name : "\(name).code.\(code)")
      terms.append(append("DequantizeLinear", [stored, scale], to: output, [.integer("axis", 0)]))
    }
    return terms.count == 1 ? terms[0] : append("Sum", terms, to: beside(name))
  }
}
