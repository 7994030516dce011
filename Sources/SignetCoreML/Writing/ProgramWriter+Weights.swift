import Foundation
import SignetModel

extension ProgramWriter {
  /// Tensors of no more elements stand in the program itself.
  private static let largestImmediate = 16
  /// Bits that an index of a palette may have.
  private static let indexKinds: [(kind: WeightFile.Kind, type: ProtoDataType)] = [
    (.uint1, .uint1), (.uint2, .uint2), (.uint3, .uint3), (.uint4, .uint4), (.uint6, .uint6),
    (.uint8, .uint8),
  ]

  mutating func stored(_ numbers: [Float], extents: [Int]) throws(ProgramProblem) -> ProtoValue {
    for number in numbers where !(abs(number) <= precision.greatest) {
      throw ProgramProblem(
        "\(precision.rawValue) holds numbers up to \(precision.greatest), found \(number) "
          + "(--precision)")
    }
    guard numbers.count > Self.largestImmediate else {
      var value = ProtoValue()
      value.type = ProtoValueType(precision.type, extents)
      value.immediateValue.tensor = precision.tensor(numbers)
      return value
    }
    return stored(precision.data(numbers), precision.kind, precision.type, extents: extents)
  }

  private mutating func stored(
    _ data: Data, _ kind: WeightFile.Kind, _ type: ProtoDataType, extents: [Int]
  ) -> ProtoValue {
    var value = ProtoValue()
    value.type = ProtoValueType(type, extents)
    value.blobFileValue.fileName = "@model_path/weights/weight.bin"
    value.blobFileValue.offset = weights.append(
      data, kind, elementCount: extents.reduce(1, *))
    return value
  }

  /// One of a node's tensors, under its shape; `nil` if the node has none.
  mutating func weight(
    _ role: ParameterRole, of node: Node
  ) throws(ProgramProblem) -> ProgramValue? {
    guard let weight = model.weight(role, of: node) else { return nil }
    let name = node.parameterName(role)
    switch weight.storage {
    case .float: return try constant(weight.floats, extents: weight.shape, as: name)
    case .int8(let filters):
      let scale = try stored(
        filters.scales.array,
        extents: [filters.filterCount] + weight.shape.dropFirst().map { _ in 1 })
      let data = stored(filters.bytes, .int8, .int8, extents: weight.shape)
      return appendConstant(
        "constexpr_blockwise_shift_scale", [("data", data), ("scale", scale)],
        extents: weight.shape, as: name)
    case .binary(let codes):
      return try palette(of: codes, shape: weight.shape, as: name)
    }
  }

  /// Each weight's codes are the bits of an index into its filter's palette, which holds the sums
  /// `Σ ±α_k + β`. Input scales stay outside: see ``scaledInput(of:weight:)``.
  private mutating func palette(
    of codes: BinaryCodes, shape: [Int], as name: String
  ) throws(ProgramProblem) -> ProgramValue {
    guard let index = Self.indexKinds.first(where: { $0.kind.bitCount >= codes.codeCount }) else {
      throw ProgramProblem("a weight has 8 codes at most, found \(codes.codeCount)")
    }
    let palettes = Palettes(codes, bitCount: index.kind.bitCount)
    let lut = try stored(
      palettes.numbers,
      extents: [codes.filterCount] + shape.dropFirst().map { _ in 1 } + [
        1 << index.kind.bitCount, 1,
      ])
    let indices = stored(palettes.indices, index.kind, index.type, extents: shape)
    return appendConstant(
      "constexpr_lut_to_dense", [("indices", indices), ("lut", lut)], extents: shape, as: name)
  }

  /// A layer's input, multiplied by its weight's input scales where it has some.
  mutating func scaledInput(
    of node: Node
  ) throws(ProgramProblem) -> ProgramValue {
    let input = value(of: node.inputs[0])
    guard let scales = model.weight(.weight, of: node)?.codes?.inputScales else { return input }
    var extents = [Int](repeating: 1, count: input.extents.count)
    extents[1] = scales.values.count
    let factors = try constant(
      scales.values.array, extents: extents, as: "\(node.name)_input_scales")
    return append(
      "mul", [("x", .value(input)), ("y", .value(factors))], extents: input.extents,
      as: "\(node.name)_scaled_input")
  }
}
