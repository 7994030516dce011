import SignetModel

/// Operators that cut values up, join them or surround them.
extension GraphImporter {
  static let regionMappings: [String: Mapping] = [
    "Concat": { importer, context throws(NodeFailure) in
      let axis = try context.attributes.integer("axis") ?? 1
      return [.activation(try importer.concatenate(context, context.inputs, axis: axis))]
    },
    "Slice": { importer, context throws(NodeFailure) in try importer.slice(context) },
    "Split": { importer, context throws(NodeFailure) in
      let views = try importer.split(
        context, parts: try context.attributes.integer("num_outputs") ?? context.node.output.count,
        extents: try context.integers(input: 1, orAttribute: "split"))
      return views.map { .activation($0) }
    },
    "Gather": { importer, context throws(NodeFailure) in try importer.gather(context) },
    "Pad": { importer, context throws(NodeFailure) in try importer.pad(context) },
  ]

  mutating func concatenate(
    _ context: NodeContext, _ inputs: [ImportedValue?], axis: Int
  ) throws(NodeFailure) -> View {
    var views = inputs.compactMap { $0?.view }
    guard let first = views.first else {
      throw NodeFailure("inputs", expected: "values computed from the image", found: "none")
    }
    let rank = first.dims.count + 1
    let axis = try Axis.normalized(axis, rank: rank) - 1
    guard axis >= 0 else {
      throw NodeFailure("axis", expected: "an axis other than the batch", found: 0)
    }
    if inputs.count == 1 { return first }
    if views.count < inputs.count {
      if let padded = try padded(context, inputs, first, axis: axis) { return padded }
      views = try withConstants(context, inputs, first)
    }
    // The axis to join along becomes the channels.
    let others = first.dims.indices.filter { $0 != axis }
    let permutation = [axis] + others
    var names: [String] = []
    var extent = 0
    for view in views {
      guard view.dims.count == first.dims.count,
        others.allSatisfy({ view.dims[$0] == first.dims[$0] })
      else {
        throw NodeFailure("inputs", expected: "values like \(first.dims)", found: view.dims)
      }
      extent += view.dims[axis]
      names.append(try resolve(try permuted(view, permutation)))
    }
    let result = try emit(context.name(), .concatenate, names)
    let joined = result.reshaped([extent] + others.map { first.dims[$0] })
    let inverse = permutation.indices.sorted { permutation[$0] < permutation[$1] }
    return try permuted(joined, inverse)
  }

  /// One value joined with constants of equal elements is padding; `nil` if it is not that.
  private mutating func padded(
    _ context: NodeContext, _ inputs: [ImportedValue?], _ view: View, axis: Int
  ) throws(NodeFailure) -> View? {
    guard (1...3).contains(view.dims.count) else { return nil }
    var before = 0
    var after = 0
    var seen = false
    var fill: Float?
    for input in inputs {
      if input?.view != nil {
        guard !seen else { return nil }
        seen = true
        continue
      }
      try budget.claimWork(input?.constant?.byteCount ?? 0, "inputs")
      let tensor = try input?.constant?.perImage("inputs")
      guard let tensor, tensor.dims.count == view.dims.count + 1, let value = tensor.floats.first,
        tensor.floats.allSatisfy({ $0 == fill ?? value }),
        view.dims.indices.allSatisfy({ $0 == axis || tensor.dims[$0 + 1] == view.dims[$0] })
      else { return nil }
      fill = value
      if seen { after += tensor.dims[axis + 1] } else { before += tensor.dims[axis + 1] }
    }
    var pads = [Int](repeating: 0, count: 2 * view.dims.count)
    pads[axis] = before
    pads[axis + view.dims.count] = after
    return try pad(context, view, pads, value: fill ?? 0, mode: .constant)
  }

  /// All inputs as values computed from the image: constants, a class token say, become such.
  private mutating func withConstants(
    _ context: NodeContext, _ inputs: [ImportedValue?], _ view: View
  ) throws(NodeFailure) -> [View] {
    var views: [View] = []
    for (index, input) in inputs.enumerated() {
      switch input {
      case .activation(let view)?: views.append(view)
      case .constant(let constant)?:
        let tensor = try constant.perImage("inputs").asFloats
        guard tensor.dims.count == view.dims.count + 1, tensor.dims[0] == 1 else {
          throw NodeFailure(
            "inputs", expected: "values like \(view.dims) for each image", found: tensor.dims)
        }
        views.append(
          try self.constant(
            tensor, dims: Array(tensor.dims.dropFirst()), beside: view,
            "\(context.name()).constant\(index)"))
      default: throw NodeFailure("inputs", expected: "tensors", found: "others")
      }
    }
    return views
  }

  private mutating func slice(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 5)
    let view = try context.activation(0, "data")
    guard let starts = try context.integerSamples(input: 1, orAttribute: "starts"),
      let ends = try context.integerSamples(input: 2, orAttribute: "ends")
    else { throw NodeFailure("starts", expected: "starts and ends", found: "none") }
    let count = starts[0].count
    let rank = view.dims.count + 1
    let axes = try Axis.normalized(
      try context.integers(input: 3, orAttribute: "axes") ?? Array(0..<min(count, rank + 1)),
      rank: rank)
    let steps =
      try context.integers(input: 4, orAttribute: "steps") ?? [Int](repeating: 1, count: count)
    guard (starts + ends + [axes, steps]).allSatisfy({ $0.count == count }) else {
      throw NodeFailure("axes", expected: "as many as starts", found: axes.count)
    }
    var regions: [[Region.Axis]] = []
    for (sample, batch) in FoldedConstant.batches.enumerated() {
      var region = view.dims.map { Region.Axis(extent: $0) }
      for (index, axis) in axes.enumerated() {
        let extent = axis == 0 ? batch : view.dims[axis - 1]
        let (start, step, length) = try Axis.slice(
          start: starts[starts.count == 1 ? 0 : sample][index],
          end: ends[ends.count == 1 ? 0 : sample][index], step: steps[index], extent: extent)
        guard axis > 0 || (start == 0 && step == 1 && length == extent) else {
          throw NodeFailure("axes", expected: "all of the batch", found: "a part of it")
        }
        guard length > 0 else {
          throw NodeFailure("ends", expected: "at least one element", found: "none")
        }
        guard axis > 0 else { continue }
        // A step past the end takes one element however long it is.
        region[axis - 1] = Region.Axis(
          extent: extent, start: start, step: length == 1 ? 1 : step, count: length)
      }
      regions.append(region)
    }
    guard regions.allSatisfy({ $0 == regions[0] }) else {
      throw NodeFailure("starts", expected: "a region that does not follow the batch", found: "one")
    }
    let cut = view.dims.indices.filter { regions[0][$0] != Region.Axis(extent: view.dims[$0]) }
    if cut.contains(where: { regions[0][$0].step < 0 }) || (view.dims.count > 3 && cut.count > 1) {
      return [.activation(try region(context.name(), view, regions[0]))]
    }
    let ranges = regions[0].map {
      StridedSlice.Axis(
        start: $0.start, end: $0.start + ($0.count - 1) * $0.step + 1, step: $0.step)
    }
    return [.activation(try sliced(context.name(), view, ranges))]
  }

  /// Takes a range along each axis behind the batch.
  mutating func sliced(
    _ name: String, _ view: View, _ ranges: [StridedSlice.Axis]
  ) throws(NodeFailure) -> View {
    func length(_ range: StridedSlice.Axis, _ extent: Int) -> Int {
      ((range.end ?? extent) - range.start - 1) / range.step + 1
    }
    let dims = zip(ranges, view.dims).map(length)
    if dims == view.dims { return view }
    // Axes that stay whole are merged where there are more than three.
    let cut = view.dims.indices.filter { dims[$0] != view.dims[$0] }
    var slice = StridedSlice()
    let shape: Shape
    switch view.dims.count {
    case 1:
      shape = .map(view.dims[0], 1, 1)
      slice.channels = ranges[0]
    case 2:
      shape = .map(view.dims[0], 1, view.dims[1])
      slice.channels = ranges[0]
      slice.width = ranges[1]
    case 3:
      shape = view.canonicalShape
      slice = StridedSlice(channels: ranges[0], height: ranges[1], width: ranges[2])
    default:
      guard cut.count == 1 else {
        return try region(
          name, view,
          zip(view.dims, ranges).map { extent, range in
            Region.Axis(
              extent: extent, start: range.start, step: range.step, count: length(range, extent))
          })
      }
      shape = .map(
        view.dims[..<cut[0]].reduce(1, *), view.dims[cut[0]],
        view.dims[(cut[0] + 1)...].reduce(1, *))
      slice.height = ranges[cut[0]]
    }
    let result = try emit(name, .slice(slice), [try resolve(view, as: shape)])
    return result.reshaped(dims)
  }

  mutating func split(
    _ context: NodeContext, parts: Int, extents: [Int]?
  ) throws(NodeFailure) -> [View] {
    let view = try context.activation(0, "input")
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? 0, rank: view.dims.count + 1)
    guard axis > 0 else {
      throw NodeFailure("axis", expected: "an axis other than the batch", found: axis)
    }
    let extents = try ConstantFolder.splitExtents(
      of: view.dims[axis - 1], given: extents, count: parts)
    var start = 0
    var views: [View] = []
    for (index, extent) in extents.enumerated() {
      guard extent > 0 else {
        throw NodeFailure("split", expected: "parts of at least one element", found: extents)
      }
      var ranges = view.dims.map { StridedSlice.Axis(start: 0, end: $0) }
      ranges[axis - 1] = StridedSlice.Axis(start: start, end: start + extent)
      views.append(try sliced("\(context.name()).\(index)", view, ranges))
      start += extent
    }
    return views
  }

  /// Places along one axis.
  private mutating func gather(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "data")
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? 0, rank: view.rank)
    guard let place = view.position(of: axis), isFree(axis, in: view) else {
      if let only = try onlySample(context, view) { return only }
      throw NodeFailure("axis", expected: "an axis other than the batch", found: axis)
    }
    let indices = try context.required(1, "indices")
    let extent = view.dims[place]
    guard indices.count <= NodeContext.maximumListLength else {
      throw NodeFailure(
        "indices", expected: "at most \(NodeContext.maximumListLength)", found: indices.count)
    }
    let places = (indices.integers ?? []).map { Int($0) < 0 ? Int($0) + extent : Int($0) }
    func placed(_ view: View, _ dims: [Int], like source: View) -> [ImportedValue] {
      var result = view.reshaped(dims)
      result.batch = source.batch(replacing: axis, with: indices.dims.count, in: dims)
      return [.activation(result)]
    }
    guard let first = places.first, places.allSatisfy({ (0..<extent).contains($0) }) else {
      throw NodeFailure(
        "indices", expected: "places within 0..<\(extent)", found: places.prefix(8))
    }
    guard indices.dims.count <= 1, places == Array(first..<first + places.count) else {
      let picked = try selection(context.name(), view, axis: place, places: places)
      let dims = picked.dims[..<place] + indices.dims + picked.dims[(place + 1)...]
      return placed(picked, Array(dims), like: view)
    }
    var ranges = view.dims.map { StridedSlice.Axis(start: 0, end: $0) }
    ranges[place] = StridedSlice.Axis(start: first, end: first + places.count)
    let result = try sliced(context.name(), view, ranges)
    guard indices.dims.isEmpty else {
      return placed(result, result.dims, like: view)
    }
    var dims = result.dims
    dims.remove(at: place)
    return placed(result, dims, like: view)
  }

  /// The first of a batch of one.
  private func onlySample(
    _ context: NodeContext, _ view: View
  ) throws(NodeFailure) -> [ImportedValue]? {
    let indices = try context.required(1, "indices")
    guard declaredBatch == 1, view.batchAxis != nil, indices.dims.count <= 1,
      indices.integers == [0] || indices.integers == [-1]
    else { return nil }
    var result = view
    if indices.dims.isEmpty {
      result.batch = BatchPlace(merging: view.dims, before: view.elementsBeforeBatch)
    }
    return [.activation(result)]
  }
}
