import SignetModel

/// Operations that work element by element, along one axis, or only move elements.
extension Planner {
  mutating func planElementwise(_ node: Node) throws(EngineError) {
    let input = try view(of: node.inputs[0])
    switch node.operation {
    case .affine(let attributes) where attributes.isPerChannel:
      try planAffine(node, input)
    case .affine(let attributes):
      try planConstants(node, attributes.shape, input)
    case .prelu(let shape):
      try planConstants(node, shape, input)
    case .multiply:
      try planBinary(node, .multiply)
    case .activation(let function):
      let out = try destination(of: node.name)
      emit([node], .activation(function, input: input, out: out))
      finish(Fusion(nodes: [node]), out)
    case .localResponseNorm(let attributes):
      let out = try destination(of: node.name)
      emit([node], .responseNorm(attributes, input: input, out: out))
      finish(Fusion(nodes: [node]), out)
    case .softmax(let axis):
      let out = try destination(of: node.name)
      emit([node], .softmax(axis: axis, isLogarithm: false, input: input, out: out))
      finish(Fusion(nodes: [node]), out)
    case .logSoftmax(let axis):
      let out = try destination(of: node.name)
      emit([node], .softmax(axis: axis, isLogarithm: true, input: input, out: out))
      finish(Fusion(nodes: [node]), out)
    case .binary(let function):
      try planBinary(node, function)
    case .select:
      try planSelect(node)
    default:
      throw .missingValue(layer: node.name)
    }
  }

  private mutating func planAffine(_ node: Node, _ input: ValueView) throws(EngineError) {
    let fusion = uses.fusion(from: node, isLinear: false)
    try budget.take(
      ByteCount.of(2, input.channels, elements: Float.self), for: "layer '\(node.name)'")
    let out = try destination(of: fusion.result)
    let neutral: [(ParameterRole, Float)] = [(.weight, 1), (.bias, 0)]
    let constants = neutral.map { role, value in
      let floats = model.weight(role, of: node)?.floats ?? [value]
      return floats.count == 1 ? [Float](repeating: floats[0], count: input.channels) : floats
    }
    emit(
      fusion.nodes,
      .affine(
        scale: constants[0], offset: constants[1], relu: fusion.relu, input: input, out: out))
    finish(fusion, out)
  }

  private mutating func planConstants(
    _ node: Node, _ shape: Shape, _ input: ValueView
  ) throws(EngineError) {
    let out = try destination(of: node.name)
    try budget.take(
      ByteCount.of(2, shape.elementCount, elements: Float.self), for: "layer '\(node.name)'")
    let constants = PlannedConstants(
      input: input, out: out, shape: shape,
      weight: model.weight(.weight, of: node)?.channelsInnermost(shape),
      bias: model.weight(.bias, of: node)?.channelsInnermost(shape),
      isPrelu: node.operation.kind == .prelu)
    emit([node], .constants(constants))
    finish(Fusion(nodes: [node]), out)
  }

  private mutating func planBinary(
    _ node: Node, _ function: BinaryFunction
  ) throws(EngineError) {
    let shape = try shape(of: node.name)
    var left = try view(of: node.inputs[0])
    var leftShape = left.shape
    for (index, name) in node.inputs.enumerated().dropFirst() {
      let right = try view(of: name)
      let joint = Shape.map(
        max(leftShape.channels, right.channels), max(leftShape.height, right.height),
        max(leftShape.width, right.width))
      let isLast = index == node.inputs.count - 1
      let out = isLast ? try destination(of: node.name) : newBuffer(joint)
      emit(
        [node],
        .binary(
          function, left: left.broadcast(to: joint), right: right.broadcast(to: joint), out: out))
      left = out
      leftShape = joint
    }
    assert(leftShape.elementCount == shape.elementCount, "the graph knows the result's shape")
    finish(Fusion(nodes: [node]), left)
  }

  private mutating func planSelect(_ node: Node) throws(EngineError) {
    let out = try destination(of: node.name)
    let joint = out.shape
    var inputs: [ValueView] = []
    for name in node.inputs { inputs.append(try view(of: name).broadcast(to: joint)) }
    emit([node], .select(inputs: inputs, out: out))
    finish(Fusion(nodes: [node]), out)
  }

  /// A value whose elements are those of another at other places.
  mutating func planRearrangement(_ node: Node) throws(EngineError) {
    let input = try view(of: node.inputs[0])
    let shape = try shape(of: node.name)
    if case .reshape = node.operation, slots[node.name] == nil,
      input.shape == .map(shape.channels, shape.height, shape.width)
    {
      values[node.name] = Value(view: input)
      done.insert(node.name)
      return
    }
    let out = try destination(of: node.name)
    guard Int32(exactly: input.imageStride) != nil else {
      throw .tooLarge(layer: node.name, found: "\(input.shape)")
    }
    let order = Rearrangement(operation: node.operation, input: input.shape, output: shape)
    emit([node], .gather(PlannedGather(input: input, out: out, order: order)))
    finish(Fusion(nodes: [node]), out)
  }
}

extension Affine {
  /// Whether each channel has one weight and one bias everywhere.
  fileprivate var isPerChannel: Bool { shape.height == 1 && shape.width == 1 }
}
