import SignetModel

/// Turns a graph into steps over buffers: fuses what can be done in one pass, makes views of what
/// need not be done at all.
struct Planner {
  let model: Model
  let budget: MemoryBudget
  let uses: GraphUses
  private(set) var steps: [PlannedStep] = []
  /// Floats of each buffer, for one image.
  private(set) var bufferSizes: [Int] = []
  var values: [String: Value] = [:]
  var done: Set<String> = []
  /// Nodes whose values some logarithm depends on: it makes small numbers' rounding errors large.
  let precedesLogarithm: Set<String>
  /// Values that are produced inside the buffer of a concatenation.
  let slots: [String: ConcatenationSlot]

  /// A value that exists. A flattened one is still laid out as the map it came from.
  struct Value {
    var view: ValueView
    var isFlattenedMap = false
  }

  init(model: Model, budget: MemoryBudget) {
    self.model = model
    self.budget = budget
    uses = GraphUses(graph: model.graph)
    precedesLogarithm = model.graph.nodesBeforeLogarithms
    slots = ConcatenationSlot.assign(in: model.graph)
  }

  mutating func plan() throws(EngineError) {
    let graph = model.graph
    for (name, shape) in graph.shapes
    where shape.extents.contains(where: { $0 >= KernelChoice.mostExtent }) {
      throw .tooLarge(layer: name, found: "a value of \(shape)")
    }
    for input in graph.inputs {
      let view = newBuffer(input.shape)
      values[input.name] = Value(view: view)
      emit([], .fromPlanes(view))
    }
    for node in graph.nodes where !done.contains(node.name) {
      try plan(node)
    }
    for output in graph.outputs { emit([], .toPlanes(try value(of: output.value).view)) }
  }

  /// The buffers' lifetimes for batches of `images`.
  func lifetimes(images: Int) -> [BufferLifetime] {
    var ranges = [ClosedRange<Int>?](repeating: nil, count: bufferSizes.count)
    for (index, step) in steps.enumerated() {
      for view in step.views {
        let start = ranges[view.buffer]?.lowerBound ?? index
        ranges[view.buffer] = start...index
      }
    }
    return zip(bufferSizes, ranges).map { size, steps in
      BufferLifetime(size: size * images, steps: steps ?? 0...0)
    }
  }

  private mutating func plan(_ node: Node) throws(EngineError) {
    switch node.operation {
    case .convolution(let attributes):
      try planLayer(node, attributes, input: view(of: node.inputs[0]))
    case .linear(let attributes): try planLinear(node, attributes)
    case .batchNorm: try planBatchNorm(node)
    case .relu:
      let input = try view(of: node.inputs[0])
      let out = try destination(of: node.name)
      emit([node], .sum(inputs: [input], relu: true, out: out))
      finish(Fusion(nodes: [node]), out)
    case .add: try planSum(node)
    case .maxPool(let attributes):
      try planPooling(node, attributes, isMaximum: true)
    case .averagePool(let attributes):
      try planPooling(node, attributes, isMaximum: false)
    case .globalAveragePool:
      let input = try view(of: node.inputs[0])
      let whole = Size2D(height: input.height, width: input.width)
      try planPooling(node, Pooling(kernel: whole, stride: whole), isMaximum: false)
    case .concatenate:
      try planConcatenation(node)
    case .flatten:
      try planFlatten(node)
    case .dropout:
      values[node.name] = try value(of: node.inputs[0])
      done.insert(node.name)
    case .pad(let attributes) where attributes.mode != .constant:
      try planRearrangement(node)
    case .pad(let attributes): try planPlacement(node, attributes)
    case .slice(let attributes):
      try planSlice(node, attributes)
    case .activation, .prelu, .affine, .multiply, .localResponseNorm, .softmax, .logSoftmax,
      .binary, .select:
      try planElementwise(node)
    case .reshape, .transpose, .region, .selection:
      try planRearrangement(node)
    case .spread, .resize, .gridSample, .constant:
      try planResampling(node)
    case .reduce, .argExtreme, .normalize, .matrixProduct:
      try planGrid(node)
    }
  }

  private mutating func planLinear(_ node: Node, _ attributes: Linear) throws(EngineError) {
    let input = try value(of: node.inputs[0]).view
    // Over a flattened map a linear layer is a convolution whose kernel covers the map: its
    // weight's order C, H, W is a filter's.
    let kernel = Size2D(height: input.height, width: input.width)
    try planLayer(
      node,
      Convolution(
        inputChannels: input.channels, outputChannels: attributes.outputs, kernel: kernel,
        hasBias: attributes.hasBias),
      input: input)
  }

  private mutating func planBatchNorm(_ node: Node) throws(EngineError) {
    let input = try view(of: node.inputs[0])
    let fold = try BatchNormFold(node, in: model)
    let fusion = uses.fusion(from: node, isLinear: false)
    let out = try destination(of: fusion.result)
    emit(
      fusion.nodes,
      .affine(
        scale: fold.scale.map(Float.init), offset: fold.offset.map(Float.init),
        relu: fusion.relu, input: input, out: out))
    finish(fusion, out)
  }

  private mutating func planSum(_ node: Node) throws(EngineError) {
    var inputs: [ValueView] = []
    for name in node.inputs { inputs.append(try view(of: name)) }
    let fusion = uses.fusion(from: node, isLinear: false)
    let out = try destination(of: fusion.result)
    emit(fusion.nodes, .sum(inputs: inputs, relu: fusion.relu, out: out))
    finish(fusion, out)
  }

  private mutating func planPlacement(_ node: Node, _ attributes: Pad) throws(EngineError) {
    let out = try destination(of: node.name)
    let placement = PlannedPlacement(
      input: try view(of: node.inputs[0]), out: out, top: attributes.spatial.top,
      left: attributes.spatial.left, channelsBefore: attributes.channelsBefore,
      value: attributes.value)
    emit([node], .placement(placement))
    finish(Fusion(nodes: [node]), out)
  }

  private mutating func planLayer(
    _ node: Node, _ attributes: Convolution, input: ValueView
  ) throws(EngineError) {
    let fusion = uses.fusion(from: node, isLinear: true)
    var residual: ValueView?
    if let name = fusion.residual {
      try planAhead(name)
      residual = try view(of: name)
    }
    let out = try destination(of: fusion.result)
    if !fusion.batchNorms.isEmpty, let weight = model.weight(.weight, of: node), !weight.isBinary {
      // The folded copy, and the array it is made in.
      try budget.take(
        ByteCount.of(2, weight.elementCount, elements: Float.self), for: "layer '\(node.name)'")
    }
    let folded = try FoldedLayer(node, batchNorms: fusion.batchNorms, in: model)
    var layer = PlannedConvolution(
      layer: node.name, attributes: attributes, weight: folded.weight, scale: folded.scale,
      constants: folded.constants, offset: folded.offset, bounds: fusion.bounds ?? .none,
      input: input, residual: residual,
      out: out)
    layer.needsFloats = try needsFloats(node, layer)
    emit(fusion.nodes, .convolution(layer))
    finish(fusion, out)
  }

  /// Whether integer kernels would lose what counts of a layer's input.
  func needsFloats(_ node: Node, _ layer: PlannedConvolution) throws(EngineError) -> Bool {
    guard !layer.weight.isBinary else { return false }
    if precedesLogarithm.contains(node.name) { return true }
    // Of few channels one may well have most of the weight, as a colour has.
    guard layer.attributes.groups == 1, layer.input.channels >= 8 else { return false }
    try budget.check(
      ByteCount.of(layer.weight.elementCount, elements: Float.self), for: "layer '\(node.name)'")
    return layer.weight.concentration > 0.99
  }

  /// Makes a value that stands behind the step that is about to read it.
  private mutating func planAhead(_ name: String) throws(EngineError) {
    var pending: [Node] = []
    var name = name
    while values[name] == nil, let node = uses.graph.node(named: name),
      let input = node.inputs.first
    {
      pending.append(node)
      name = input
    }
    for node in pending.reversed() { try plan(node) }
  }

  private mutating func planPooling(_ node: Node, _ attributes: Pooling, isMaximum: Bool)
    throws(EngineError)
  {
    let out = try destination(of: node.name)
    emit(
      [node],
      .pooling(attributes, isMaximum: isMaximum, input: try view(of: node.inputs[0]), out: out))
    finish(Fusion(nodes: [node]), out)
  }

  private mutating func planConcatenation(_ node: Node) throws(EngineError) {
    let out = try destination(of: node.name)
    var first = 0
    for (index, name) in node.inputs.enumerated() {
      let input = try view(of: name)
      if slots[name] != ConcatenationSlot(node: node.name, input: index, firstChannel: first) {
        let part = out.channels(from: first, count: input.channels)
        emit([node], .placement(PlannedPlacement(input: input, out: part)))
      }
      first += input.channels
    }
    finish(Fusion(nodes: [node]), out)
  }

  private mutating func planFlatten(_ node: Node) throws(EngineError) {
    let value = try value(of: node.inputs[0])
    let isMap = value.view.height > 1 || value.view.width > 1
    values[node.name] = Value(view: value.view, isFlattenedMap: value.isFlattenedMap || isMap)
    done.insert(node.name)
  }

  private mutating func planSlice(_ node: Node, _ attributes: StridedSlice) throws(EngineError) {
    let input = try view(of: node.inputs[0])
    let shape = try shape(of: node.name)
    guard attributes.channels.step != 1 else {
      values[node.name] = Value(view: input.sliced(attributes, to: shape))
      done.insert(node.name)
      return
    }
    let out = try destination(of: node.name)
    let placement = PlannedPlacement(
      input: input.sliced(attributes, to: shape), out: out, channelStep: attributes.channels.step)
    emit([node], .placement(placement))
    finish(Fusion(nodes: [node]), out)
  }

  func shape(of name: String) throws(EngineError) -> Shape {
    guard let shape = uses.graph.shapes[name] else { throw .missingValue(layer: name) }
    return shape
  }

  private func value(of name: String) throws(EngineError) -> Value {
    guard let value = values[name] else { throw .missingValue(layer: name) }
    return value
  }

  /// The value `name` in its own shape; a flattened map is laid out as a vector first.
  mutating func view(of name: String) throws(EngineError) -> ValueView {
    let value = try value(of: name)
    guard value.isFlattenedMap else { return value.view }
    let map = value.view
    let out = newBuffer(.vector(map.channels * map.height * map.width))
    let nodes = uses.graph.node(named: name).map { [$0] } ?? []
    emit(nodes, .flatten(input: map, out: out))
    values[name] = Value(view: out)
    return out
  }

  /// Where the value `name` is to be written: its part of a concatenation, or a new buffer.
  mutating func destination(of name: String) throws(EngineError) -> ValueView {
    // A concatenation exists as soon as its first part does, and may be part of another.
    var parts: [(value: String, slot: ConcatenationSlot)] = []
    var whole = name
    while values[whole] == nil, let slot = slots[whole] {
      parts.append((whole, slot))
      whole = slot.node
    }
    let shape = try shape(of: whole)
    var view = values[whole]?.view ?? newBuffer(shape)
    for (value, slot) in parts.reversed() {
      values[slot.node] = Value(view: view)
      view = view.channels(from: slot.firstChannel, count: try self.shape(of: value).channels)
    }
    return view
  }

  mutating func finish(_ fusion: Fusion, _ out: ValueView) {
    values[fusion.result] = Value(view: out)
    done.formUnion(fusion.nodes.map(\.name))
  }

  mutating func newBuffer(_ shape: Shape) -> ValueView {
    bufferSizes.append(shape.elementCount)
    return ValueView(buffer: bufferSizes.count - 1, shape: shape)
  }

  /// The buffer of a value that is no longer stored.
  mutating func release(_ view: ValueView) {
    bufferSizes[view.buffer] = 0
  }

  mutating func replaceSteps(with steps: [PlannedStep]) {
    self.steps = steps
  }

  mutating func emit(_ nodes: [Node], _ work: PlannedStep.Work) {
    steps.append(PlannedStep(nodes: nodes, work: work))
  }
}
