import SignetModel

/// What surrounds values, along any of their axes.
extension GraphImporter {
  mutating func pad(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 4)
    let view = try context.activation(0, "data")
    let rank = view.dims.count + 1
    let name = try context.attributes.string("mode") ?? "constant"
    guard let mode = Pad.Mode(rawValue: name) else {
      throw NodeFailure("mode", expected: "constant, edge, reflect or wrap", found: name)
    }
    let older = try context.attributes.float("value") ?? 0
    let value = try context.floats(2, "constant_value")?.floats.first ?? older
    let axes = try Axis.normalized(
      try context.integers(input: 3, orAttribute: "axes") ?? Array(0..<rank), rank: rank)
    guard let given = try context.integers(input: 1, orAttribute: "pads"),
      given.count == 2 * axes.count, given.allSatisfy({ (-1 << 24...1 << 24).contains($0) })
    else { throw NodeFailure("pads", expected: "two numbers per axis", found: "others") }
    var pads = [Int](repeating: 0, count: 2 * rank)
    for (index, axis) in axes.enumerated() {
      pads[axis] = given[index]
      pads[axis + rank] = given[index + axes.count]
    }
    guard pads[0] == 0, pads[rank] == 0 else {
      throw NodeFailure("pads", expected: "none around the batch", found: given)
    }
    let behindBatch = Array(pads[1..<rank] + pads[(rank + 1)...])
    return [.activation(try pad(context, view, behindBatch, value: value, mode: mode))]
  }

  /// - Parameter pads: elements before each axis behind the batch, then after each; negative ones
  ///   are cut off.
  mutating func pad(
    _ context: NodeContext, _ view: View, _ pads: [Int], value: Float, mode: Pad.Mode
  ) throws(NodeFailure) -> View {
    let rank = view.dims.count
    var view = view
    if pads.contains(where: { $0 < 0 }) {
      let ranges = view.dims.indices.map {
        StridedSlice.Axis(start: max(0, -pads[$0]), end: view.dims[$0] + min(0, pads[$0 + rank]))
      }
      guard ranges.allSatisfy({ $0.start < $0.end ?? 0 }) else {
        throw NodeFailure("pads", expected: "at least one element to remain", found: pads)
      }
      view = try sliced("\(context.name()).crop", view, ranges)
    }
    let pads = pads.map { max(0, $0) }
    guard pads.contains(where: { $0 > 0 }) else { return view }
    guard (1...3).contains(rank) else {
      return try padEach(context, view, pads, value: value, mode: mode)
    }
    let shape = rank == 1 ? .map(view.dims[0], 1, 1) : view.canonicalShape
    let axes = [[0], [0, 2], [0, 1, 2]][rank - 1]
    var before = [0, 0, 0]
    var after = [0, 0, 0]
    for (index, axis) in axes.enumerated() {
      before[axis] = pads[index]
      after[axis] = pads[index + rank]
    }
    let padding = Pad(
      channelsBefore: before[0], channelsAfter: after[0],
      spatial: Padding2D(top: before[1], left: before[2], bottom: after[1], right: after[2]),
      value: value, mode: mode)
    let result = try emit(context.name(), .pad(padding), [try resolve(view, as: shape)])
    return result.reshaped(axes.map { result.base.extents[$0] })
  }

  /// One axis after the other: what stands before and behind it is merged.
  private mutating func padEach(
    _ context: NodeContext, _ view: View, _ pads: [Int], value: Float, mode: Pad.Mode
  ) throws(NodeFailure) -> View {
    let rank = view.dims.count
    var result = try ordered(view)
    for axis in 0..<rank where pads[axis] > 0 || pads[axis + rank] > 0 {
      var dims = result.dims
      let shape = Shape.map(
        dims[..<axis].reduce(1, *), dims[axis], dims[(axis + 1)...].reduce(1, *))
      let padding = Pad(
        spatial: Padding2D(top: pads[axis], left: 0, bottom: pads[axis + rank], right: 0),
        value: value, mode: mode)
      let padded = try emit(context.name(), .pad(padding), [try resolve(result, as: shape)])
      dims[axis] = padded.base.height
      result = padded.reshaped(dims)
    }
    return result
  }
}
