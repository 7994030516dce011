import SignetModel

/// Transposed convolutions, taken as convolutions of the map with zeros laid between its elements.
extension GraphImporter {
  static let transposedConvolutionMappings: [String: Mapping] = [
    "ConvTranspose": { importer, context throws(NodeFailure) in
      try importer.transposedConvolution(context)
    }
  ]

  private mutating func transposedConvolution(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 3)
    let view = try context.activation()
    let weight = try context.required(1, "W")
    let bias = try context.floats(2, "B")
    let groups = try context.attributes.integer("group") ?? 1
    guard weight.dims.count == view.dims.count + 1, weight.dims.allSatisfy({ $0 >= 1 }),
      weight.dims[0] == view.dims[0]
    else {
      throw NodeFailure(
        "W", expected: "\(view.dims.count + 1) extents, the first of \(view.dims.first ?? 1)",
        found: weight.dims)
    }
    guard groups >= 1, weight.dims[0] % groups == 0 else {
      throw NodeFailure("group", expected: "a divisor of \(weight.dims[0])", found: groups)
    }
    if view.dims.count == 4 {
      return [.activation(try transposedVolume(context, view, weight, bias, groups: groups))]
    }
    let window = try TransposedWindow(
      context.attributes, dims: view.dims, kernel: Array(weight.dims.dropFirst(2)))
    let outputs = weight.dims[1] * groups
    let name = context.name(weight: 1)
    var input = try resolve(view)
    if bias == nil, window.onlySpreads, groups == view.dims[0], weight.dims[1] == 1,
      weight.integers == nil, weight.floats.allSatisfy({ $0 == 1 })
    {
      let result = try emit(name, .spread(window.stride), [input])
      return [.activation(result.reshaped(dims(of: result, like: view)))]
    }
    if window.stride != Size2D(1) {
      input = try emit("\(name).spread", .spread(window.stride), [input]).node
    }
    let attributes = Convolution(
      inputChannels: view.dims[0], outputChannels: outputs, kernel: window.kernel,
      padding: window.padding, dilation: window.dilation, groups: groups, hasBias: bias != nil)
    let filters = try filters(
      weight, groups: groups, kernel: [window.kernel.height, window.kernel.width])
    var result = try emit(
      name, .convolution(attributes), [input],
      try parameters(filters, bias: bias, filters: outputs))
    if window.crop != Padding2D(0) {
      let shape = result.base
      let slice = StridedSlice(
        height: .init(start: window.crop.top, end: shape.height - window.crop.bottom),
        width: .init(start: window.crop.left, end: shape.width - window.crop.right))
      result = try emit("\(name).crop", .slice(slice), [result.node])
    }
    return [.activation(result.reshaped(dims(of: result, like: view)))]
  }

  /// Along three spatial axes: the map is spread along each.
  private mutating func transposedVolume(
    _ context: NodeContext, _ view: View, _ weight: ConstantTensor, _ bias: ConstantTensor?,
    groups: Int
  ) throws(NodeFailure) -> View {
    let kernel = Array(weight.dims.dropFirst(2))
    let (channels, depth, height, width) = (view.dims[0], view.dims[1], view.dims[2], view.dims[3])
    let parts = try context.attributes.volumeParts(["output_padding", "output_shape"])
    let plane = try TransposedWindow(
      parts.plane, dims: [channels, height, width], kernel: Array(kernel.dropFirst()))
    let line = try TransposedWindow(
      parts.depth, dims: [channels, depth], kernel: [kernel[0]])
    let name = context.name(weight: 1)
    var spread = try ordered(view)
    if plane.stride != Size2D(1) {
      let planes = try resolve(spread, as: .map(channels * depth, height, width))
      let result = try emit("\(name).spread", .spread(plane.stride), [planes])
      spread = result.reshaped([channels, depth, result.base.height, result.base.width])
    }
    if line.stride.width != 1 {
      let (rows, columns) = (spread.dims[2], spread.dims[3])
      let lines = try resolve(spread, as: .map(channels, depth, rows * columns))
      let result = try emit(
        "\(name).apart", .spread(Size2D(height: line.stride.width, width: 1)), [lines])
      spread = result.reshaped([channels, result.base.height, rows, columns])
    }
    let result = try volumeConvolution(
      name, spread, try filters(weight, groups: groups, kernel: kernel), bias,
      VolumeWindow(depth: line, plane: plane), groups: groups)
    let crops =
      [(line.crop.left, line.crop.right), (plane.crop.top, plane.crop.bottom)]
      + [(plane.crop.left, plane.crop.right)]
    guard crops.contains(where: { $0 != (0, 0) }) else { return result }
    let ranges = zip(result.dims.dropFirst(), crops).map { extent, crop in
      StridedSlice.Axis(start: crop.0, end: extent - crop.1)
    }
    guard ranges.allSatisfy({ $0.start < $0.end ?? 0 }) else {
      throw NodeFailure("pads", expected: "at least one element to remain", found: result.dims)
    }
    return try sliced("\(name).crop", result, [StridedSlice.Axis()] + ranges)
  }

  /// The filters of the equivalent convolution: outputs × inputs per group × kernel, turned round.
  ///
  /// - Parameter weight: inputs × outputs per group × kernel
  private mutating func filters(
    _ weight: ConstantTensor, groups: Int, kernel: [Int]
  ) throws(NodeFailure) -> ConstantTensor {
    guard weight.integers == nil else {
      throw NodeFailure("W", expected: "numbers of a float type", found: weight.type)
    }
    let (inputs, outputs) = (weight.dims[0] / groups, weight.dims[1])
    let dims = [outputs * groups, inputs] + kernel
    _ = try budget.claim(dims, "W")
    let area = kernel.reduce(1, *)
    let values = weight.floats
    var filters: [Float] = []
    filters.reserveCapacity(values.count)
    for filter in 0..<outputs * groups {
      let (group, output) = filter.quotientAndRemainder(dividingBy: outputs)
      for input in 0..<inputs {
        let first = ((group * inputs + input) * outputs + output) * area
        filters += values[first..<first + area].reversed()
      }
    }
    return ConstantTensor(dims: dims, floats: filters)
  }
}
