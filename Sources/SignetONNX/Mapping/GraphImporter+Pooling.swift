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
    "LpPool": { importer, context throws(NodeFailure) in
      [.activation(try importer.powerPool(context))]
    },
    "GlobalLpPool": { importer, context throws(NodeFailure) in
      let view = try context.activation()
      let order = try context.attributes.integer("p") ?? 2
      guard view.dims.count >= 2, order == 1 || order == 2 else {
        throw NodeFailure("p", expected: "1 or 2, of channels and space", found: order)
      }
      return [
        .activation(
          try importer.reduced(
            context.name(), view, order == 1 ? .l1 : .l2, axes: Array(1..<view.dims.count),
            keeps: true))
      ]
    },
    "ReduceMean": { importer, context throws(NodeFailure) in try importer.mean(context) },
  ]

  private mutating func maxPool(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    // The order in which the second output counts; the maximum itself does not depend on it.
    context.attributes.ignore("storage_order")
    let view = try context.activation()
    if view.dims.count == 4 {
      return [.activation(try volumePool(context, view, { .maxPool($0) }))]
    }
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
    let countsPadding = try context.attributes.flag("count_include_pad")
    if view.dims.count == 4 {
      return [
        .activation(
          try volumePool(context, view, { .averagePool($0) }, countsPadding: countsPadding))
      ]
    }
    let window = try Window(context.attributes, dims: view.dims)
    let pooling = Pooling(
      kernel: window.kernel, stride: window.stride, padding: window.padding,
      ceilMode: window.ceilMode, countsPadding: countsPadding, dilation: window.dilation)
    return try pool(context, .averagePool(pooling), view, window)
  }

  /// The root of the sum of powers, as that of their mean.
  private mutating func powerPool(_ context: NodeContext) throws(NodeFailure) -> View {
    let view = try context.activation()
    let window = try Window(context.attributes, dims: view.dims)
    let order = try context.attributes.integer("p") ?? 2
    guard order == 1 || order == 2 else { throw NodeFailure("p", expected: "1 or 2", found: order) }
    guard !window.ceilMode else { throw NodeFailure("ceil_mode", expected: "0", found: 1) }
    let name = context.name()
    let pooling = Pooling(
      kernel: window.kernel, stride: window.stride, padding: window.padding,
      countsPadding: true, dilation: window.dilation)
    let magnitude: NodeOperation =
      order == 1 ? .activation(.elementary(.abs)) : .activation(.power(exponent: 2))
    let powers = view.of(try emit("\(name).powers", magnitude, [view.node]).node)
    let mean = try emit("\(name).mean", .averagePool(pooling), [try resolve(powers)])
    samePadding[mean.node] = window.samePadding
    let count = Float(window.kernel.height * window.kernel.width)
    let scale = FoldedConstant(ConstantTensor(dims: [], floats: [count]))
    var sum = try scaling(mean.reshaped(dims(of: mean, like: view)), by: scale, context)
    if order == 2 {
      sum = sum.of(try emit("\(name).root", .activation(.elementary(.sqrt)), [sum.node]).node)
    }
    return sum
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
