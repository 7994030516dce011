import SignetModel

/// Constants between floats and the whole numbers that stand for them.
extension ConstantFolder {
  mutating func dequantize() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "x")
    let scale = try input(1, "x_scale")
    let blockSize = try attributes.integer("block_size") ?? 0
    guard let values = data.integers, scale.integers == nil, blockSize == 0 else {
      throw NodeFailure("x", expected: "integers, one scale per tensor or axis", found: data.type)
    }
    attributes.ignore("output_dtype", "saturate")
    var dims = [Int](repeating: 1, count: data.dims.count)
    let axis = try attributes.integer("axis") ?? 1
    if scale.count > 1 {
      dims[try Axis.normalized(axis, rank: data.dims.count)] = scale.count
    }
    let zero = optional(2)?.integers ?? [Int64](repeating: 0, count: scale.count)
    guard zero.count == scale.count, scale.count >= 1,
      Axis.broadcast(data.dims, dims) == data.dims
    else { throw NodeFailure("x_scale", expected: "one scale per slice", found: scale.dims) }
    _ = try budget.claim(data.dims)
    let scales = Self.broadcast(scale.floats, dims, to: data.dims)
    let zeros = Self.broadcast(zero, dims, to: data.dims)
    let floats = values.indices.map { Float(values[$0] &- zeros[$0]) * scales[$0] }
    return [ConstantTensor(dims: data.dims, floats: floats)]
  }

  /// `round(x / scale) + zero point`, held within what the zero point's type can say.
  mutating func quantize() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "x")
    let scale = try input(1, "y_scale")
    guard data.integers == nil, scale.integers == nil,
      try attributes.integer("block_size") ?? 0 == 0
    else {
      throw NodeFailure("x", expected: "floats, one scale per tensor or axis", found: data.type)
    }
    attributes.ignore("saturate", "precision")
    var dims = [Int](repeating: 1, count: data.dims.count)
    let axis = try attributes.integer("axis") ?? 1
    if scale.count > 1 {
      dims[try Axis.normalized(axis, rank: data.dims.count)] = scale.count
    }
    let type = optional(2)?.type ?? .uint8
    let zero = optional(2)?.integers ?? [Int64](repeating: 0, count: scale.count)
    guard zero.count == scale.count, scale.count >= 1,
      Axis.broadcast(data.dims, dims) == data.dims, let bounds = type.quantizedBounds
    else { throw NodeFailure("y_scale", expected: "one scale per slice", found: scale.dims) }
    _ = try budget.claim(data.dims)
    let scales = Self.broadcast(scale.floats, dims, to: data.dims)
    let zeros = Self.broadcast(zero, dims, to: data.dims)
    let floats = data.floats
    let values = floats.indices.map { index in
      let rounded = (floats[index] / scales[index]).rounded(.toNearestOrEven)
      // What is not a number becomes the zero point.
      let whole = rounded.isFinite ? Int64(max(-1e9, min(1e9, rounded))) : 0
      return max(bounds.lowerBound, min(bounds.upperBound, whole + zeros[index]))
    }
    return [ConstantTensor(dims: data.dims, integers: values, type: type)]
  }
}

extension ElementType {
  /// What quantised values of the type can be; `nil` for types that none have.
  var quantizedBounds: ClosedRange<Int64>? {
    switch self {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    case .int32: Int64(Int32.min)...Int64(Int32.max)
    default: nil
    }
  }
}
