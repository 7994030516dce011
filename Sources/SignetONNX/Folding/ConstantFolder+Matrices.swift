import Foundation

/// Products of constant matrices, and softmax: weights that an exporter left to be multiplied.
extension ConstantFolder {
  static let matrixRules: [String: Rule] = [
    "MatMul": { folder throws(NodeFailure) in
      [try folder.product(try folder.input(0, "A"), try folder.input(1, "B"))]
    },
    "Gemm": { folder throws(NodeFailure) in [try folder.gemm()] },
    "Softmax": { folder throws(NodeFailure) in [try folder.softmax()] },
  ]

  /// NumPy's `matmul`: leading axes are broadcast, a vector is a row or a column for the while.
  private mutating func product(
    _ left: ConstantTensor, _ right: ConstantTensor
  ) throws(NodeFailure) -> ConstantTensor {
    let a = left.dims.count == 1 ? [1] + left.dims : left.dims
    let b = right.dims.count == 1 ? right.dims + [1] : right.dims
    guard a.count >= 2, b.count >= 2, a[a.count - 1] == b[b.count - 2],
      left.integers == nil, right.integers == nil,
      let outer = Axis.broadcast(Array(a.dropLast(2)), Array(b.dropLast(2)))
    else { throw NodeFailure("B", expected: "a matrix that fits \(left.dims)", found: right.dims) }
    let (rows, inner, columns) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
    let count = try budget.claim(outer + [rows, columns], "B")
    // The work is bounded as the memory is.
    _ = try budget.claim([count, max(inner, 1)], "A")
    let (x, y) = (left.floats, right.floats)
    let starts = zip(
      Axis.broadcastPositions(Array(a.dropLast(2)), to: outer),
      Axis.broadcastPositions(Array(b.dropLast(2)), to: outer))
    var values: [Float] = []
    values.reserveCapacity(count)
    for (first, second) in starts {
      for row in 0..<rows {
        for column in 0..<columns {
          var sum: Float = 0
          for k in 0..<inner {
            sum += x[(first * rows + row) * inner + k] * y[(second * inner + k) * columns + column]
          }
          values.append(sum)
        }
      }
    }
    let dims =
      outer + (left.dims.count == 1 ? [] : [rows]) + (right.dims.count == 1 ? [] : [columns])
    return ConstantTensor(dims: dims, floats: values)
  }

  private mutating func gemm() throws(NodeFailure) -> ConstantTensor {
    let (left, right) = (try input(0, "A"), try input(1, "B"))
    guard left.dims.count == 2, right.dims.count == 2 else {
      throw NodeFailure("A", expected: "two matrices", found: left.dims)
    }
    // Transposed, scaled and added to, at most.
    _ = try budget.claim(left.dims, "A")
    _ = try budget.claim(right.dims, "B")
    let product = try product(
      try attributes.flag("transA") ? left.transposed() : left,
      try attributes.flag("transB") ? right.transposed() : right)
    let scaled = product.scaled(by: try attributes.float("alpha") ?? 1)
    let beta = try attributes.float("beta") ?? 1
    guard let offset = optional(2) else { return scaled }
    guard Axis.broadcast(offset.dims, scaled.dims) == scaled.dims else {
      throw NodeFailure("C", expected: "a shape that fits \(scaled.dims)", found: offset.dims)
    }
    _ = try budget.claim(scaled.dims, "C")
    let offsets = offset.floats
    let positions = Axis.broadcastPositions(offset.dims, to: scaled.dims)
    let values = zip(scaled.floats, positions).map { $0 + beta * offsets[$1] }
    return ConstantTensor(dims: scaled.dims, floats: values)
  }

  private mutating func softmax() throws(NodeFailure) -> ConstantTensor {
    let data = try input(0, "input")
    let newest = operatorSet >= 13
    let axis = try Axis.normalized(
      try attributes.integer("axis") ?? (newest ? -1 : 1), rank: data.dims.count)
    _ = try budget.claim(data.dims)
    // The older meaning takes all axes from this one as one.
    let extent = newest ? data.dims[axis] : data.dims[axis...].reduce(1, *)
    let stride = newest ? data.dims[(axis + 1)...].reduce(1, *) : 1
    var values = data.floats
    for first in values.indices where first / stride % extent == 0 {
      let places = (0..<extent).map { first + $0 * stride }
      let maximum = places.map { values[$0] }.max() ?? 0
      for place in places { values[place] = exp(values[place] - maximum) }
      let sum = places.reduce(Float(0)) { $0 + values[$1] }
      for place in places { values[place] /= sum }
    }
    return ConstantTensor(dims: data.dims, floats: values, type: data.type)
  }
}
