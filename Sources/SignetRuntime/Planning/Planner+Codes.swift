import SignetModel

/// Kernels know signs and scales, the same number of both for each filter. Whatever else a binary
/// weight has becomes steps around them.
extension Planner {
  /// - Parameter expands: whether a layer's codes are expanded to floats in any case, which then hold
  ///   everything
  mutating func resolveCodes(
    where expands: (PlannedConvolution) throws(EngineError) -> Bool
  ) throws(EngineError) {
    var resolved: [PlannedStep] = []
    for step in steps {
      guard case .convolution(let layer) = step.work, let codes = layer.weight.codes,
        !codes.arePlain, try !expands(layer)
      else {
        resolved.append(step)
        continue
      }
      resolved += try parts(of: layer, nodes: step.nodes)
    }
    replaceSteps(with: resolved)
  }

  private mutating func parts(
    of layer: PlannedConvolution, nodes: [Node]
  ) throws(EngineError) -> [PlannedStep] {
    var layer = layer
    guard var codes = layer.foldedCodes else { return [] }
    // The codes in another order, and in the order of blocks.
    try budget.take(
      ByteCount.product([2, codes.rows.count, codes.bytesPerFilter + 4]),
      for: "layer '\(layer.layer)'")
    var steps: [PlannedStep] = []
    if let scales = codes.inputScales {
      steps.append(scaling(&layer, by: scales))
      codes = try folding(layer) { () throws(WeightError) in
        try codes.with(scales: codes.scales, constants: codes.constants, inputScales: nil)
      }
    }
    if layer.attributes.groups > 1 {
      codes = try folding(layer) { () throws(WeightError) in try codes.evened() }
    }
    let result = layer.out
    let order = codes.rows.blockOrder
    if let order {
      steps += try gather(order, for: &layer)
      codes = try folding(layer) { () throws(WeightError) in try codes.selecting(filters: order) }
    }
    if let constants = codes.constants {
      steps += addConstants(constants.array, to: &layer)
    }
    for block in codes.rows.blocks {
      let part = try layer.part(block, of: codes)
      steps.append(PlannedStep(nodes: nodes, work: .convolution(part)))
    }
    if let order {
      steps.append(try gathering(layer.out, order.inverted, to: result, layer))
    }
    return steps
  }

  /// A step that multiplies the layer's input, and the layer reading what it makes.
  private mutating func scaling(
    _ layer: inout PlannedConvolution, by scales: InputScales
  ) -> PlannedStep {
    let input = layer.input
    let factors = scales.values.array
    layer.input = newBuffer(input.shape)
    guard factors.count == input.channels else {
      // Of a linear layer, whose inputs are all elements of a map.
      let area = input.height * input.width
      let innermost = factors.indices.map { index in
        factors[index % input.channels * area + index / input.channels]
      }
      return PlannedStep(
        nodes: [],
        work: .constants(
          PlannedConstants(
            input: input, out: layer.input, shape: input.shape, weight: innermost, bias: nil)))
    }
    return PlannedStep(
      nodes: [],
      work: .affine(
        scale: factors, offset: [Float](repeating: 0, count: factors.count), relu: false,
        input: input, out: layer.input))
  }

  /// Steps that make what the layer's constants add; the layer takes it as a residual.
  private mutating func addConstants(
    _ constants: [Float], to layer: inout PlannedConvolution
  ) -> [PlannedStep] {
    let input = layer.input
    let sums = newBuffer(.map(layer.attributes.groups, input.height, input.width))
    let filters = PlannedConstantFilters(
      layer: layer.layer, attributes: layer.attributes, factors: constants, sums: sums,
      residual: layer.residual, out: newBuffer(layer.out.shape))
    layer.residual = filters.out
    return [
      PlannedStep(nodes: [], work: .channelSums(input: input, out: sums)),
      PlannedStep(nodes: [], work: .constantFilters(filters)),
    ]
  }

  /// Lets the layer make its filters in another order, in a buffer of its own, and brings what it adds
  /// into that order.
  private mutating func gather(
    _ order: [Int], for layer: inout PlannedConvolution
  ) throws(EngineError) -> [PlannedStep] {
    layer.out = newBuffer(layer.out.shape)
    layer.offset = order.map { [offset = layer.offset] in offset[$0] }
    guard let residual = layer.residual else { return [] }
    let sorted = newBuffer(residual.shape)
    layer.residual = sorted
    return [try gathering(residual, order, to: sorted, layer)]
  }

  /// A step that takes the channels `places` of a value.
  private func gathering(
    _ input: ValueView, _ places: [Int], to out: ValueView, _ layer: PlannedConvolution
  ) throws(EngineError) -> PlannedStep {
    guard Int32(exactly: input.imageStride) != nil else {
      throw .tooLarge(layer: layer.layer, found: "\(input.shape)")
    }
    let selection = Selection(
      extents: input.shape.extents, axis: 0, places: places, shape: out.shape)
    return PlannedStep(
      nodes: [],
      work: .gather(
        PlannedGather(
          input: input, out: out,
          order: Rearrangement(
            operation: .selection(selection), input: input.shape, output: out.shape))))
  }
}

extension PlannedConvolution {
  /// The filters of a block, whose results are neighbours.
  ///
  /// - Parameter codes: all of the layer's
  fileprivate func part(
    _ filters: Range<Int>, of codes: BinaryCodes
  ) throws(EngineError) -> PlannedConvolution {
    var part = self
    let own = try folding(self) { () throws(WeightError) in
      try codes.selecting(filters: Array(filters)).withoutConstants()
    }
    part.weight = try folding(self) { () throws(WeightError) in
      try Weight(
        shape: [filters.count] + weight.shape.dropFirst(), storage: .binary(own))
    }
    part.constants = nil
    part.scale = own.scales.array
    part.attributes.outputChannels = filters.count
    part.offset = Array(offset[filters])
    part.out = out.channels(from: filters.lowerBound, count: filters.count)
    part.residual = residual?.channels(from: filters.lowerBound, count: filters.count)
    return part
  }
}

/// Codes of a valid layer fold into others; were one not to, its weight would be at fault.
private func folding<Result>(
  _ layer: PlannedConvolution, _ make: () throws(WeightError) -> Result
) throws(EngineError) -> Result {
  do throws(WeightError) {
    return try make()
  } catch {
    throw .missingTensor(layer: layer.layer, tensor: "weight")
  }
}
