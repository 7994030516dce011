import SignetModel

/// Operations that resample a map, and those along the axes of a grid.
extension Planner {
  mutating func planResampling(_ node: Node) throws(EngineError) {
    let input = try view(of: node.inputs[0])
    if case .spread(let stride) = node.operation,
      try planTransposed(node, stride: stride, input: input)
    {
      return
    }
    let out = try destination(of: node.name)
    switch node.operation {
    case .spread(let stride):
      emit([node], .spread(stride, input: input, out: out))
    case .resize(let attributes):
      let rows = attributes.taps(attributes.height, extent: input.height)
      let columns = attributes.taps(attributes.width, extent: input.width)
      emit(
        [node],
        .resize(
          PlannedResize(
            input: input, out: out, rows: rows, columns: columns,
            outside: attributes.extrapolation)))
    case .gridSample(let attributes):
      let places = try view(of: node.inputs[1])
      emit([node], .gridSample(attributes, input: input, places: places, out: out))
    case .constant(let shape):
      try budget.take(
        ByteCount.of(2, shape.elementCount, elements: Float.self), for: "layer '\(node.name)'")
      let values = model.weight(.weight, of: node)?.channelsInnermost(shape) ?? []
      emit([node], .fill(values: values, out: out))
    default:
      throw .missingValue(layer: node.name)
    }
    finish(Fusion(nodes: [node]), out)
  }

  /// Brings the axes in question innermost, runs along them, and brings the result into its shape.
  mutating func planGrid(_ node: Node) throws(EngineError) {
    switch node.operation {
    case .reduce(let attributes):
      let rows = try matrix(node, extents: attributes.extents, innermost: attributes.axes)
      let result = newBuffer(.map(1, rows.height, 1))
      emit([node], .reduce(attributes.function.kernel, input: rows, out: result))
      try deliver(result, as: node)
    case .argExtreme(let attributes):
      let rows = try matrix(node, extents: attributes.extents, innermost: [attributes.axis])
      let result = newBuffer(.map(1, rows.height, 1))
      emit([node], .reduce(attributes.kernel, input: rows, out: result))
      try deliver(result, as: node)
    case .normalize(let attributes):
      let order = order(attributes.extents, innermost: attributes.axes)
      let rows = try matrix(node, extents: attributes.extents, innermost: attributes.axes)
      let result = newBuffer(rows.shape)
      emit([node], .normalize(epsilon: attributes.epsilon, input: rows, out: result))
      // Back to where the axes were.
      let inverse = order.indices.sorted { order[$0] < order[$1] }
      try deliver(
        result, as: node,
        by: Transposition(
          extents: order.map { attributes.extents[$0] }, order: inverse,
          shape: try shape(of: node.name)))
    case .matrixProduct(let attributes):
      let left = try matrix(
        node, of: node.inputs[0], rows: attributes.batch * attributes.rows,
        columns: attributes.inner)
      let right = try matrix(
        node, of: node.inputs[1], rows: attributes.batch * attributes.inner,
        columns: attributes.columns)
      let result = newBuffer(
        .map(attributes.columns, attributes.batch * attributes.rows, 1))
      emit(
        [node],
        .matrixProduct(rows: attributes.rows, left: left, right: right, out: result))
      try deliver(result, as: node)
    default:
      throw .missingValue(layer: node.name)
    }
  }

  /// All axes of a grid, `innermost` last.
  private func order(_ extents: [Int], innermost: [Int]) -> [Int] {
    extents.indices.filter { !innermost.contains($0) } + innermost
  }

  /// The node's input with some axes of its grid as channels and all others as rows.
  private mutating func matrix(
    _ node: Node, extents: [Int], innermost: [Int]
  ) throws(EngineError) -> ValueView {
    let columns = innermost.map { extents[$0] }.reduce(1, *)
    let rows = extents.reduce(1, *) / columns
    let order = order(extents, innermost: innermost)
    let transposition = Transposition(
      extents: extents, order: order, shape: .vector(rows * columns))
    return try matrix(
      node, of: node.inputs[0], rows: rows, columns: columns, by: transposition)
  }

  /// A value's elements, in their own order or another, as a matrix: rows of adjacent channels.
  private mutating func matrix(
    _ node: Node, of name: String, rows: Int, columns: Int, by transposition: Transposition? = nil
  ) throws(EngineError) -> ValueView {
    let input = try view(of: name)
    let whole = newBuffer(.vector(rows * columns))
    let operation = transposition.map(NodeOperation.transpose) ?? .reshape(.vector(rows * columns))
    try rearrange(node, operation, from: input, to: whole)
    return whole.rows(rows, of: columns)
  }

  /// Makes a matrix, whose rows follow each other in memory, the node's value.
  private mutating func deliver(
    _ result: ValueView, as node: Node, by transposition: Transposition? = nil
  ) throws(EngineError) {
    let out = try destination(of: node.name)
    let vector = result.flat
    let shape = try shape(of: node.name)
    let operation = transposition.map(NodeOperation.transpose) ?? .reshape(shape)
    try rearrange(node, operation, from: vector, to: out)
    finish(Fusion(nodes: [node]), out)
  }

  private mutating func rearrange(
    _ node: Node, _ operation: NodeOperation, from input: ValueView, to out: ValueView
  ) throws(EngineError) {
    guard Int32(exactly: input.imageStride) != nil else {
      throw .tooLarge(layer: node.name, found: "\(input.shape)")
    }
    let order = Rearrangement(operation: operation, input: input.shape, output: out.shape)
    emit([node], .gather(PlannedGather(input: input, out: out, order: order)))
  }
}

extension Weight {
  /// The floats of a tensor of `shape` in the order rows, columns, channels.
  func channelsInnermost(_ shape: Shape) -> [Float] {
    let values = floats
    let area = shape.height * shape.width
    return (0..<values.count).map {
      let (pixel, channel) = $0.quotientAndRemainder(dividingBy: shape.channels)
      return values[channel * area + pixel]
    }
  }
}

extension ValueView {
  /// A vector's elements as rows of so many channels.
  fileprivate func rows(_ count: Int, of columns: Int) -> ValueView {
    var view = self
    (view.height, view.width, view.channels) = (count, 1, columns)
    (view.rowStride, view.pixelStride) = (columns, columns)
    return view
  }

  /// Rows that follow each other as one vector.
  fileprivate var flat: ValueView {
    var view = self
    view.channels = channels * height
    (view.height, view.width) = (1, 1)
    (view.rowStride, view.pixelStride) = (view.channels, view.channels)
    return view
  }
}
