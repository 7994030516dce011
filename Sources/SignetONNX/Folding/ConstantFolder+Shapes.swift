/// Operators that make, move or pick elements without computing with them.
extension ConstantFolder {
  static let shapeRules: [String: Rule] = [
    "Shape": { folder throws(NodeFailure) in try folder.shape() },
    "Size": { folder throws(NodeFailure) in
      let count = try folder.input(0, "data").count
      return [ConstantTensor(dims: [], integers: [Int64(count)])]
    },
    "Identity": { folder throws(NodeFailure) in [try folder.input(0, "input")] },
    "Dropout": { folder throws(NodeFailure) in
      folder.attributes.ignore("ratio", "seed", "is_test")
      guard folder.optional(2)?.integers?.first ?? 0 == 0 else {
        throw NodeFailure("training_mode", expected: "false", found: "true")
      }
      return [try folder.input(0, "data")]
    },
    "Reshape": { folder throws(NodeFailure) in try folder.reshape() },
    "Flatten": { folder throws(NodeFailure) in try folder.flatten() },
    "Squeeze": { folder throws(NodeFailure) in try folder.squeeze() },
    "Unsqueeze": { folder throws(NodeFailure) in try folder.unsqueeze() },
    "Transpose": { folder throws(NodeFailure) in try folder.transpose() },
    "Concat": { folder throws(NodeFailure) in try folder.concatenate() },
    "Gather": { folder throws(NodeFailure) in try folder.gather() },
    "Slice": { folder throws(NodeFailure) in try folder.slice() },
    "Split": { folder throws(NodeFailure) in try folder.split() },
    "Expand": { folder throws(NodeFailure) in try folder.expand() },
    "Tile": { folder throws(NodeFailure) in try folder.tile() },
    "Pad": { folder throws(NodeFailure) in try folder.pad() },
    "ConstantOfShape": { folder throws(NodeFailure) in try folder.constantOfShape() },
    "Range": { folder throws(NodeFailure) in try folder.range() },
  ]

  private func shape() throws(NodeFailure) -> [ConstantTensor] {
    let dims = try input(0, "data").dims
    return [try Self.shapeVector(of: dims, attributes: attributes)]
  }

  /// The extents of a tensor, from `start` to `end`, as an integer vector.
  static func shapeVector(
    of dims: [Int], attributes: Attributes
  ) throws(NodeFailure) -> ConstantTensor {
    let range = try Axis.slice(
      start: try attributes.integer("start") ?? 0, end: try attributes.integer("end") ?? dims.count,
      step: 1, extent: dims.count)
    let values = dims[range.start..<range.start + range.count].map(Int64.init)
    return ConstantTensor(dims: [values.count], integers: values)
  }

  private func reshape() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    let dims = try Axis.reshape(
      data.dims, to: try integers(1, "shape"), allowZero: try attributes.flag("allowzero"))
    return [data.reshaped(dims)]
  }

  private func flatten() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "input")
    let rank = data.dims.count
    let axis = try attributes.integer("axis") ?? 1
    guard axis >= -rank, axis <= rank else {
      throw NodeFailure("axis", expected: "an axis of a tensor of rank \(rank)", found: axis)
    }
    let split = axis < 0 ? axis + rank : axis
    let dims = [data.dims[..<split].reduce(1, *), data.dims[split...].reduce(1, *)]
    return [data.reshaped(dims)]
  }

  private func squeeze() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    let given = try integers(input: 1, orAttribute: "axes")
    let axes = try Axis.normalized(
      given ?? data.dims.indices.filter { data.dims[$0] == 1 }, rank: data.dims.count)
    guard axes.allSatisfy({ data.dims[$0] == 1 }) else {
      throw NodeFailure("axes", expected: "axes of extent 1 of \(data.dims)", found: axes)
    }
    return [data.reshaped(data.dims.indices.filter { !axes.contains($0) }.map { data.dims[$0] })]
  }

  private func unsqueeze() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    guard let given = try integers(input: 1, orAttribute: "axes"),
      data.dims.count + given.count <= ConstantTensor.maximumRank
    else {
      throw NodeFailure(
        "axes", expected: "axes to insert, at most \(ConstantTensor.maximumRank) in all",
        found: "none or more")
    }
    let axes = try Axis.normalized(given, rank: data.dims.count + given.count)
    var dims = data.dims
    for axis in axes.sorted() { dims.insert(1, at: axis) }
    return [data.reshaped(dims)]
  }

  private mutating func transpose() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    let order = try attributes.integers("perm") ?? data.dims.indices.reversed()
    guard order.sorted() == Array(data.dims.indices) else {
      throw NodeFailure("perm", expected: "each axis of \(data.dims) once", found: order)
    }
    let strides = Axis.strides(data.dims)
    let dims = order.map { data.dims[$0] }
    return [
      try gather(data, dims) {
        Axis.positions(shape: dims, strides: order.map { strides[$0] })
      }
    ]
  }

  private mutating func concatenate() throws(NodeFailure) -> [ConstantTensor] {
    let first = try input(0, "inputs")
    let axis = try Axis.normalized(try attributes.integer("axis") ?? 1, rank: first.dims.count)
    var dims = first.dims
    dims[axis] = 0
    var parts: [ConstantTensor] = []
    for index in inputs.indices {
      let part = try input(index, "inputs")
      var rest = part.dims
      guard rest.count == dims.count, (part.integers == nil) == (first.integers == nil) else {
        throw NodeFailure("inputs", expected: "tensors like \(first.dims)", found: rest)
      }
      dims[axis] += rest[axis]
      rest[axis] = first.dims[axis]
      guard rest == first.dims else {
        throw NodeFailure("inputs", expected: "tensors like \(first.dims)", found: part.dims)
      }
      parts.append(part)
    }
    _ = try budget.claim(dims)
    let outer = dims[..<axis].reduce(1, *)
    func joined<T>(_ values: [[T]]) -> [T] {
      (0..<outer).flatMap { row in
        values.flatMap { part in
          part[(row * (part.count / outer))..<((row + 1) * (part.count / outer))]
        }
      }
    }
    guard outer > 0 else { return [first.reshaped(dims)] }
    if first.integers != nil {
      let values = joined(parts.map { $0.integers ?? [] })
      return [ConstantTensor(dims: dims, integers: values, type: first.type)]
    }
    return [ConstantTensor(dims: dims, floats: joined(parts.map(\.floats)), type: first.type)]
  }

  private mutating func gather() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    let axis = try Axis.normalized(try attributes.integer("axis") ?? 0, rank: data.dims.count)
    let extent = data.dims[axis]
    let places = try input(1, "indices")
    try budget.claimWork(places.count, "indices")
    guard let indices = places.integers?.map(Int.init) else {
      throw NodeFailure("indices", expected: "integers", found: places.type)
    }
    guard indices.allSatisfy({ $0 >= -extent && $0 < extent }) else {
      throw NodeFailure("indices", expected: "-\(extent)..<\(extent)", found: indices.prefix(8))
    }
    let inner = data.dims[(axis + 1)...].reduce(1, *)
    let outer = data.dims[..<axis].reduce(1, *)
    return [
      try gather(data, data.dims[..<axis] + places.dims + data.dims[(axis + 1)...]) {
        (0..<outer).flatMap { row in
          indices.flatMap { index in
            let first = (row * extent + (index < 0 ? index + extent : index)) * inner
            return first..<first + inner
          }
        }
      }
    ]
  }

  private mutating func slice() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    guard let starts = try integers(input: 1, orAttribute: "starts"),
      let ends = try integers(input: 2, orAttribute: "ends")
    else { throw NodeFailure("starts", expected: "starts and ends", found: "none") }
    let given = try integers(input: 3, orAttribute: "axes")
    let axes = try Axis.normalized(given ?? Array(starts.indices), rank: data.dims.count)
    let steps = optional(4) == nil ? starts.map { _ in 1 } : try integers(4, "steps")
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw NodeFailure("axes", expected: "as many as starts", found: axes.count)
    }
    var strides = Axis.strides(data.dims)
    var dims = data.dims
    var first = 0
    for (index, axis) in axes.enumerated() {
      let range = try Axis.slice(
        start: starts[index], end: ends[index], step: steps[index], extent: data.dims[axis])
      first += range.start * strides[axis]
      dims[axis] = range.count
      strides[axis] &*= range.step
    }
    return [
      try gather(data, dims) { Axis.positions(shape: dims, strides: strides, start: first) }
    ]
  }

  private mutating func split() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "input")
    let axis = try Axis.normalized(try attributes.integer("axis") ?? 0, rank: data.dims.count)
    let extents = try Self.splitExtents(
      of: data.dims[axis], given: try integers(input: 1, orAttribute: "split"),
      count: try attributes.integer("num_outputs") ?? outputCount)
    let strides = Axis.strides(data.dims)
    var start = 0
    var parts: [ConstantTensor] = []
    for extent in extents {
      var dims = data.dims
      dims[axis] = extent
      let first = start * strides[axis]
      parts.append(
        try gather(data, dims) { Axis.positions(shape: dims, strides: strides, start: first) })
      start += extent
    }
    return parts
  }

  /// The extents of the parts an axis is split into.
  static func splitExtents(
    of extent: Int, given: [Int]?, count: Int
  ) throws(NodeFailure) -> [Int] {
    if let given {
      guard given.allSatisfy({ $0 >= 0 && $0 <= extent }), given.reduce(0, +) == extent else {
        throw NodeFailure("split", expected: "parts of \(extent)", found: given)
      }
      return given
    }
    let limit = min(max(extent, 1), NodeContext.maximumListLength)
    guard count >= 1, count <= limit else {
      throw NodeFailure("num_outputs", expected: "1 to \(limit)", found: count)
    }
    let chunk = (extent + count - 1) / count
    let extents = (0..<count).map { min(chunk, extent - $0 * chunk) }
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw NodeFailure("num_outputs", expected: "a share for each output", found: count)
    }
    return extents
  }

  private mutating func expand() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "input")
    let target = try integers(1, "shape")
    guard let dims = Axis.broadcast(data.dims, target) else {
      throw NodeFailure("shape", expected: "a shape \(data.dims) broadcasts to", found: target)
    }
    return [try gather(data, dims) { Axis.broadcastPositions(data.dims, to: dims) }]
  }

  private mutating func tile() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "input")
    let repeats = try integers(1, "repeats")
    guard repeats.count == data.dims.count, repeats.allSatisfy({ (0...1 << 31).contains($0) })
    else { throw NodeFailure("repeats", expected: "one per axis", found: repeats) }
    let grid = zip(repeats, data.dims).flatMap { [$0, $1] }
    let strides = Axis.strides(data.dims).flatMap { [0, $0] }
    let dims = zip(repeats, data.dims).map { $0 &* $1 }
    _ = try budget.claim(grid)
    return [data.gathering(Axis.positions(shape: grid, strides: strides), dims: dims)]
  }

  private mutating func pad() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    let mode = try attributes.string("mode") ?? "constant"
    guard mode == "constant", optional(3) == nil else {
      throw NodeFailure("mode", expected: "constant, on all axes", found: mode)
    }
    guard let pads = try integers(input: 1, orAttribute: "pads"),
      pads.count == 2 * data.dims.count, pads.allSatisfy({ (0...1 << 31).contains($0) })
    else { throw NodeFailure("pads", expected: "two per axis, 0 or more", found: "others") }
    let rank = data.dims.count
    let dims = data.dims.indices.map { data.dims[$0] + pads[$0] + pads[$0 + rank] }
    let count = try budget.claim(dims)
    let strides = Axis.strides(dims)
    let first = zip(pads, strides).map { $0 * $1 }.reduce(0, +)
    let positions = Axis.positions(shape: data.dims, strides: strides, start: first)
    if let values = data.integers {
      let fill = optional(2)?.integers?.first ?? 0
      var padded = [Int64](repeating: fill, count: count)
      for (position, value) in zip(positions, values) { padded[position] = value }
      return [ConstantTensor(dims: dims, integers: padded, type: data.type)]
    }
    let value = try attributes.float("value") ?? 0
    let fill = optional(2)?.floats.first ?? value
    var padded = [Float](repeating: fill, count: count)
    for (position, value) in zip(positions, data.floats) { padded[position] = value }
    return [ConstantTensor(dims: dims, floats: padded, type: data.type)]
  }

  private mutating func constantOfShape() throws(NodeFailure) -> [ConstantTensor] {
    let dims = try integers(0, "input")
    let count = try budget.claim(dims, "input")
    var value = ConstantTensor(dims: [1], floats: [0])
    if let stored = try attributes.tensor("value") {
      value = try decode(stored)
    }
    guard value.count == 1 else {
      throw NodeFailure("value", expected: "one element", found: value.count)
    }
    return [value.gathering([Int](repeating: 0, count: count), dims: dims)]
  }

  mutating func decode(_ tensor: ProtoTensor) throws(NodeFailure) -> ConstantTensor {
    do {
      return try decoder.decode(tensor, budget: &budget)
    } catch {
      throw NodeFailure(error.attribute ?? "value", expected: error.expected, found: error.found)
    }
  }

  private mutating func range() throws(NodeFailure) -> [ConstantTensor] {
    let type = try input(0, "start").type
    let bounds = [try input(0, "start"), try input(1, "limit"), try input(2, "delta")]
    guard bounds.allSatisfy({ $0.count == 1 && $0.type == type }) else {
      throw NodeFailure("start", expected: "three numbers of one type", found: bounds.map(\.dims))
    }
    if type.isFloat {
      let (start, limit, delta) = (bounds[0].floats[0], bounds[1].floats[0], bounds[2].floats[0])
      let steps = ((limit - start) / delta).rounded(.up)
      guard steps.isFinite, abs(steps) < 1e9 else {
        throw NodeFailure("delta", expected: "a finite number of steps", found: steps)
      }
      let count = try budget.claim([max(0, Int(steps))], "limit")
      let values = (0..<count).map { start + Float($0) * delta }
      return [ConstantTensor(dims: [count], floats: values, type: type)]
    }
    let values = bounds.map { $0.integers?.first ?? 0 }
    let (distance, overflow) = values[1].subtractingReportingOverflow(values[0])
    guard values[2] != 0, values[2] != .min, !overflow, distance != .min else {
      throw NodeFailure("delta", expected: "a step other than 0", found: values)
    }
    let magnitude = abs(values[2])
    let reach = values[2] > 0 ? distance : -distance
    let steps = reach <= 0 ? 0 : (reach - 1) / magnitude + 1
    let count = try budget.claim([Int(steps)], "limit")
    let sequence = (0..<count).map { values[0] &+ Int64($0) &* values[2] }
    return [ConstantTensor(dims: [count], integers: sequence, type: type)]
  }
}
