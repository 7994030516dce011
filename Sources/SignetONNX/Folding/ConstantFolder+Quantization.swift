import SignetModel

/// Constants between floats and the whole numbers that stand for them.
extension ConstantFolder {
  mutating func dequantize() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "x")
    guard let values = data.integers else {
      throw NodeFailure("x", expected: "integers", found: data.type)
    }
    attributes.ignore("output_dtype", "saturate")
    let (scales, zeros) = try steps(of: data, "x_scale")
    let floats = values.indices.map { Float(values[$0] &- zeros[$0]) * scales[$0] }
    return [ConstantTensor(dims: data.dims, floats: floats)]
  }

  /// `round(x / scale) + zero point`, held within what the zero point's type can say.
  mutating func quantize() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "x")
    guard data.integers == nil else {
      throw NodeFailure("x", expected: "floats", found: data.type)
    }
    attributes.ignore("saturate", "precision")
    let type = optional(2)?.type ?? .uint8
    guard let bounds = type.quantizedBounds else {
      throw NodeFailure("y_zero_point", expected: "integers of 8, 16 or 32 bits", found: type)
    }
    let (scales, zeros) = try steps(of: data, "y_scale")
    let floats = data.floats
    let values = floats.indices.map { index in
      let rounded = (floats[index] / scales[index]).rounded(.toNearestOrEven)
      // What is not a number becomes the zero point.
      let whole = rounded.isFinite ? Int64(max(-1e9, min(1e9, rounded))) : 0
      return max(bounds.lowerBound, min(bounds.upperBound, whole + zeros[index]))
    }
    return [ConstantTensor(dims: data.dims, integers: values, type: type)]
  }

  /// A scale and a zero point for each element: those of the tensor, of the element's place along an
  /// axis, or of its block along one.
  private mutating func steps(
    of data: ConstantTensor, _ name: String
  ) throws(NodeFailure) -> (scales: [Float], zeros: [Int64]) {
    let scale = try input(1, name)
    guard scale.integers == nil else {
      throw NodeFailure(name, expected: "floats", found: scale.type)
    }
    let axis = try attributes.integer("axis") ?? 1
    let block = try attributes.integer("block_size") ?? 0
    let zero = optional(2)?.integers ?? [Int64](repeating: 0, count: scale.count)
    guard zero.count == scale.count, scale.count >= 1 else {
      throw NodeFailure(name, expected: "as many scales as zero points", found: scale.dims)
    }
    _ = try budget.claim(data.dims)
    if block > 0 {
      let axis = try Axis.normalized(axis, rank: data.dims.count)
      let places = try Self.blocks(of: block, along: axis, of: data.dims, scale.dims, name)
      return (places.map { scale.floats[$0] }, places.map { zero[$0] })
    }
    var dims = [Int](repeating: 1, count: data.dims.count)
    if scale.count > 1 {
      dims[try Axis.normalized(axis, rank: data.dims.count)] = scale.count
    }
    guard block == 0, Axis.broadcast(data.dims, dims) == data.dims else {
      throw NodeFailure(
        name, expected: "one scale per tensor, slice or block", found: scale.dims)
    }
    return (
      Self.broadcast(scale.floats, dims, to: data.dims), Self.broadcast(zero, dims, to: data.dims)
    )
  }

  /// Which of the blocks' numbers goes with each element.
  private static func blocks(
    of size: Int, along axis: Int, of dims: [Int], _ found: [Int], _ name: String
  ) throws(NodeFailure) -> [Int] {
    var expected = dims
    expected[axis] = (dims[axis] - 1) / size + 1
    guard dims.allSatisfy({ $0 > 0 }), found == expected else {
      throw NodeFailure(name, expected: "scales of \(expected)", found: found)
    }
    let inner = dims[(axis + 1)...].reduce(1, *)
    return (0..<dims.reduce(1, *)).map { element in
      let (row, column) = element.quotientAndRemainder(dividingBy: inner)
      let (outer, place) = row.quotientAndRemainder(dividingBy: dims[axis])
      return (outer * expected[axis] + place / size) * inner + column
    }
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
