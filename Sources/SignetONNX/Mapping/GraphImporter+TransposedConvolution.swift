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
    let window = try TransposedWindow(
      context.attributes, dims: view.dims, kernel: Array(weight.dims.dropFirst(2)))
    let outputs = weight.dims[1] * groups
    let name = context.name(weight: 1)
    var input = try resolve(view)
    if window.stride != Size2D(1) {
      input = try emit("\(name).spread", .spread(window.stride), [input]).node
    }
    let attributes = Convolution(
      inputChannels: view.dims[0], outputChannels: outputs, kernel: window.kernel,
      padding: window.padding, dilation: window.dilation, groups: groups, hasBias: bias != nil)
    let filters = try filters(weight, groups: groups, kernel: window.kernel)
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

  /// The filters of the equivalent convolution: outputs × inputs per group × kernel, turned round.
  ///
  /// - Parameter weight: inputs × outputs per group × kernel
  private mutating func filters(
    _ weight: ConstantTensor, groups: Int, kernel: Size2D
  ) throws(NodeFailure) -> ConstantTensor {
    guard weight.integers == nil else {
      throw NodeFailure("W", expected: "numbers of a float type", found: weight.type)
    }
    let (inputs, outputs) = (weight.dims[0] / groups, weight.dims[1])
    let dims = [outputs * groups, inputs, kernel.height, kernel.width]
    _ = try budget.claim(dims, "W")
    let area = kernel.area
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
