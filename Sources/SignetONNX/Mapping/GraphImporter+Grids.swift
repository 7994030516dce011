import SignetModel

/// Operators that move or repeat elements in ways that are no view.
extension GraphImporter {
  static let gridMappings: [String: Mapping] = [
    "DepthToSpace": { importer, context throws(NodeFailure) in
      try importer.depthToSpace(context)
    },
    "SpaceToDepth": { importer, context throws(NodeFailure) in
      try importer.spaceToDepth(context)
    },
    "Tile": { importer, context throws(NodeFailure) in try importer.tile(context) },
  ]

  private mutating func depthToSpace(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "input")
    let block = try context.attributes.integer("blocksize") ?? 0
    let isDepthFirst = try depthFirst(context)
    guard view.dims.count == 3, (1...1 << 12).contains(block), view.dims[0] % (block * block) == 0
    else {
      throw NodeFailure(
        "blocksize", expected: "one whose square divides the channels of \(view.dims)",
        found: block)
    }
    let channels = view.dims[0] / (block * block)
    let (height, width) = (view.dims[1], view.dims[2])
    let grid =
      isDepthFirst
      ? [block, block, channels, height, width] : [channels, block, block, height, width]
    let order = isDepthFirst ? [2, 3, 0, 4, 1] : [0, 3, 1, 4, 2]
    var result = try permuted(try ordered(view).reshaped(grid), order)
    result = result.reshaped([channels, height * block, width * block])
    result.origin = context.name()
    return [.activation(result)]
  }

  /// Whether a block's places come before the channels among those of the deep map.
  private func depthFirst(_ context: NodeContext) throws(NodeFailure) -> Bool {
    let mode = try context.attributes.string("mode") ?? "DCR"
    guard mode == "DCR" || mode == "CRD" else {
      throw NodeFailure("mode", expected: "DCR or CRD", found: mode)
    }
    return mode == "DCR"
  }

  private mutating func spaceToDepth(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "input")
    let block = try context.attributes.integer("blocksize") ?? 0
    let isDepthFirst = try depthFirst(context)
    guard view.dims.count == 3, (1...1 << 12).contains(block), view.dims[1] % block == 0,
      view.dims[2] % block == 0
    else {
      throw NodeFailure(
        "blocksize", expected: "a divisor of the height and width of \(view.dims)", found: block)
    }
    let (height, width) = (view.dims[1] / block, view.dims[2] / block)
    let grid = [view.dims[0], height, block, width, block]
    var result = try permuted(
      try ordered(view).reshaped(grid), isDepthFirst ? [2, 4, 0, 1, 3] : [0, 2, 4, 1, 3])
    result = result.reshaped([view.dims[0] * block * block, height, width])
    result.origin = context.name()
    return [.activation(result)]
  }

  private mutating func tile(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation(0, "input")
    guard let repeats = try context.integers(input: 1, orAttribute: "repeats"),
      repeats.count == view.dims.count + 1, repeats[0] == 1,
      repeats.allSatisfy({ (1...1 << 24).contains($0) })
    else {
      throw NodeFailure(
        "repeats", expected: "one number per axis, 1 for the batch", found: "others")
    }
    let axes = zip(view.dims, repeats.dropFirst()).map { Region.Axis(extent: $0, repeats: $1) }
    return [.activation(try region(context.name(), view, axes))]
  }

  /// A value whose elements lie in the view's order, so that it may be reshaped and permuted on.
  mutating func ordered(_ view: View) throws(NodeFailure) -> View {
    if view.isInOrder { return view }
    let shape = view.canonicalShape
    return View(node: try resolve(view, as: shape), base: shape, dims: view.dims)
  }

  /// Picks and repeats elements along each axis behind the batch.
  mutating func region(
    _ name: String, _ view: View, _ axes: [Region.Axis]
  ) throws(NodeFailure) -> View {
    let dims = axes.map(\.length)
    let region = Region(axes: axes, shape: View.canonicalShape(dims))
    return try emit(name, .region(region), [try resolve(view)]).reshaped(dims)
  }

  /// Takes the elements at `places` along one axis.
  mutating func selection(
    _ name: String, _ view: View, axis: Int, places: [Int]
  ) throws(NodeFailure) -> View {
    var dims = view.dims
    dims[axis] = places.count
    let selection = Selection(
      extents: view.dims, axis: axis, places: places, shape: View.canonicalShape(dims))
    return try emit(name, .selection(selection), [try resolve(view)]).reshaped(dims)
  }
}
