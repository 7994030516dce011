import SignetModel

/// Pooling and means.
extension GraphImporter {
  static let poolingMappings: [String: Mapping] = [
    "MaxPool": { importer, context throws(NodeFailure) in try importer.maxPool(context) },
    "AveragePool": { importer, context throws(NodeFailure) in try importer.averagePool(context) },
    "GlobalAveragePool": { importer, context throws(NodeFailure) in
      try importer.globalAveragePool(context)
    },
    "GlobalMaxPool": { importer, context throws(NodeFailure) in
      try importer.globalMaxPool(context)
    },
    "ReduceMean": { importer, context throws(NodeFailure) in try importer.mean(context) },
  ]

  private mutating func maxPool(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    // The order in which the second output counts; the maximum itself does not depend on it.
    context.attributes.ignore("storage_order")
    let view = try context.activation()
    let window = try Window(context.attributes, dims: view.dims)
    let pooling = Pooling(
      kernel: window.kernel, stride: window.stride, padding: window.padding,
      ceilMode: window.ceilMode, dilation: window.dilation)
    return try pool(context, .maxPool(pooling), view, window)
  }

  private mutating func averagePool(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation()
    let window = try Window(context.attributes, dims: view.dims)
    let pooling = Pooling(
      kernel: window.kernel, stride: window.stride, padding: window.padding,
      ceilMode: window.ceilMode,
      countsPadding: try context.attributes.flag("count_include_pad"), dilation: window.dilation)
    return try pool(context, .averagePool(pooling), view, window)
  }

  private mutating func pool(
    _ context: NodeContext, _ operation: NodeOperation, _ view: View, _ window: Window
  ) throws(NodeFailure) -> [ImportedValue] {
    let result = try emit(context.name(), operation, [try resolve(view)])
    samePadding[result.node] = window.samePadding
    return [.activation(result.reshaped(dims(of: result, like: view)))]
  }

  private mutating func globalAveragePool(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation()
    guard view.dims.count >= 2 else {
      throw NodeFailure("X", expected: "channels and space", found: Shape(view.dims))
    }
    let result = try emit(context.name(), .globalAveragePool, [try resolve(view)])
    let dims = [view.dims[0]] + view.dims.dropFirst().map { _ in 1 }
    return [.activation(result.reshaped(dims))]
  }

  private mutating func globalMaxPool(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation()
    guard view.dims.count >= 2 else {
      throw NodeFailure("X", expected: "channels and space", found: Shape(view.dims))
    }
    let shape = view.canonicalShape
    let window = Size2D(height: shape.height, width: shape.width)
    let pooling = Pooling(kernel: window, stride: Size2D(1))
    let result = try emit(context.name(), .maxPool(pooling), [try resolve(view)])
    let dims = [view.dims[0]] + view.dims.dropFirst().map { _ in 1 }
    return [.activation(result.reshaped(dims))]
  }

  /// A mean over any axes but the batch: the kept axes become channels, the others space.
  private mutating func mean(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation(0, "data")
    let rank = view.dims.count + 1
    let keeps = try context.attributes.flag("keepdims", default: true)
    let given = try context.integers(input: 1, orAttribute: "axes") ?? []
    if try context.attributes.flag("noop_with_empty_axes"), given.isEmpty {
      return [.activation(view)]
    }
    let axes = try Axis.normalized(given, rank: rank).map { $0 - 1 }
    guard !axes.isEmpty, !axes.contains(-1) else {
      throw NodeFailure(
        "axes", expected: "axes other than the batch", found: given.isEmpty ? "all" : "\(given)")
    }
    let kept = view.dims.indices.filter { !axes.contains($0) }
    let moved = try permuted(view, kept + axes.sorted())
    let shape = Shape.map(
      kept.map { view.dims[$0] }.reduce(1, *), 1, axes.map { view.dims[$0] }.reduce(1, *))
    let isSpace = kept == [0] && axes.sorted() == [1, 2]
    let grid = moved.isInOrder && isSpace ? view.canonicalShape : shape
    let result = try emit(
      context.name(), .globalAveragePool, [try resolve(moved, as: grid)])
    let dims = view.dims.indices.compactMap {
      axes.contains($0) ? (keeps ? 1 : nil) : view.dims[$0]
    }
    return [.activation(result.reshaped(dims))]
  }
}
