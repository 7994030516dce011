/// Walks nodes in order, checks each and gives every value its shape.
struct ShapeInference {
  let inputs: [GraphInput]

  /// A value may not pass this many elements, nor an attribute this magnitude: generous for any
  /// network, small enough that no arithmetic on them overflows.
  static let limit = 1 << 31

  /// Windows may not be spread wider, nor padding be, nor strides be longer unless the map is:
  /// generous for any network, and what a window can look at stays in proportion to its input.
  static let reach = 1 << 16

  func run(_ nodes: [Node]) throws(GraphError) -> [String: Shape] {
    guard !inputs.isEmpty else { throw .noInput }
    var shapes: [String: Shape] = [:]
    shapes.reserveCapacity(nodes.count + inputs.count)
    for (index, input) in inputs.enumerated() {
      guard !input.name.isEmpty else { throw .emptyName(index: index) }
      guard input.openAxes.allSatisfy(input.shape.extents.indices.contains) else {
        throw .inputExtents(name: input.name, expected: "open axes of its own", found: input.shape)
      }
      guard Shape.ranks.contains(input.shape.extents.count),
        let count = input.shape.checkedElementCount, count <= Self.limit
      else {
        throw .inputShape(name: input.name, found: input.shape)
      }
      guard shapes.updateValue(input.shape, forKey: input.name) == nil else {
        throw .duplicateName(node: input.name)
      }
    }
    for (index, node) in nodes.enumerated() {
      guard !node.name.isEmpty else { throw .emptyName(index: index) }
      guard shapes[node.name] == nil else { throw .duplicateName(node: node.name) }
      var inputs: [Shape] = []
      for input in node.inputs {
        guard let shape = shapes[input] else {
          throw .unknownInput(
            node: node.name, input: input,
            suggestion: closestName(to: input, among: shapes.keys))
        }
        inputs.append(shape)
      }
      let shape = try NodeShape(node: node, inputs: inputs).infer()
      guard let count = shape.checkedElementCount, count <= Self.limit else {
        throw .tooLarge(node: node.name, shape: shape)
      }
      shapes[node.name] = shape
    }
    return shapes
  }
}

/// The shape rule of one node.
struct NodeShape {
  let node: Node
  let inputs: [Shape]

  var kind: NodeOperation.Kind { node.operation.kind }

  func infer() throws(GraphError) -> Shape {
    switch node.operation {
    case .convolution(let attributes): return try convolution(attributes)
    case .linear(let attributes): return try linear(attributes)
    case .batchNorm(let attributes): return try batchNorm(attributes)
    case .maxPool(let attributes), .averagePool(let attributes): return try pooling(attributes)
    case .globalAveragePool: return .map(try onlyMap().channels, 1, 1)
    case .add: return try sum()
    case .concatenate: return try concatenation()
    case .flatten: return .vector(try only().elementCount)
    case .relu: return try only()
    case .dropout(let rate):
      try require(rate >= 0 && rate < 1, "rate", "0 or more, below 1", rate)
      return try only()
    case .pad(let attributes): return try pad(attributes)
    case .slice(let attributes): return try slice(attributes)
    case .activation(let function): return try activation(function)
    case .prelu(let shape): return try broadcast(shape)
    case .affine(let attributes): return try affine(attributes)
    case .multiply: return try product()
    case .localResponseNorm(let attributes): return try localResponseNorm(attributes)
    case .softmax(let axis), .logSoftmax(let axis): return try softmax(axis: axis)
    case .reshape(let shape): return try reshape(shape)
    case .transpose(let attributes): return try transpose(attributes)
    case .spread(let stride): return try spread(stride)
    case .resize(let attributes): return try resize(attributes)
    case .binary: return try broadcast(inputs: 2)
    case .select: return try broadcast(inputs: 3)
    case .reduce(let attributes): return try reduce(attributes)
    case .argExtreme(let attributes): return try argExtreme(attributes)
    case .normalize(let attributes): return try normalize(attributes)
    case .matrixProduct(let attributes): return try matrixProduct(attributes)
    case .constant(let shape): return try constant(shape)
    case .region(let attributes): return try region(attributes)
    case .selection(let attributes): return try selection(attributes)
    case .gridSample: return try gridSample()
    }
  }

  private func convolution(_ attributes: Convolution) throws(GraphError) -> Shape {
    let input = try onlyMap()
    for (name, value) in [
      ("inputChannels", attributes.inputChannels), ("outputChannels", attributes.outputChannels),
      ("groups", attributes.groups),
    ] {
      try require(value >= 1 && value <= ShapeInference.limit, name, "at least 1", value)
    }
    try checkWindow(
      attributes.kernel, attributes.stride, attributes.dilation, attributes.padding, over: input)
    try require(
      attributes.inputChannels % attributes.groups == 0
        && attributes.outputChannels % attributes.groups == 0,
      "groups", "a divisor of \(attributes.inputChannels) and \(attributes.outputChannels)",
      attributes.groups)
    guard input.channels == attributes.inputChannels else {
      throw .shape(
        node: node.name, operation: kind, expected: "\(attributes.inputChannels)×H×W", found: input)
    }
    try checkParameterSizes()
    let height = try extent(
      input.height, attributes.kernel.height, attributes.stride.height, attributes.dilation.height,
      attributes.padding.top, attributes.padding.bottom)
    let width = try extent(
      input.width, attributes.kernel.width, attributes.stride.width, attributes.dilation.width,
      attributes.padding.left, attributes.padding.right)
    return .map(attributes.outputChannels, height, width)
  }

  /// Kernels hold what windows look at, padding included, so that is bounded as a value is.
  private func checkWindow(
    _ kernel: Size2D, _ stride: Size2D, _ dilation: Size2D, _ padding: Padding2D,
    over input: Shape
  ) throws(GraphError) {
    let reach = ShapeInference.reach
    try requirePositive(kernel, "kernel")
    try requirePositive(stride, "stride")
    try requirePositive(dilation, "dilation", limit: reach)
    let sides = [padding.top, padding.left, padding.bottom, padding.right]
    try require(
      sides.allSatisfy { (0...reach).contains($0) }, "padding", "0 to \(reach)", "\(sides)")
    let padded = Shape.map(
      input.channels, input.height + padding.top + padding.bottom,
      input.width + padding.left + padding.right)
    guard let count = padded.checkedElementCount, count <= ShapeInference.limit else {
      throw .tooLarge(node: node.name, shape: padded)
    }
    try require(
      stride.height <= max(reach, padded.height) && stride.width <= max(reach, padded.width),
      "stride", "at most \(reach), or the padded map's extents", "\(stride.height)×\(stride.width)")
  }

  private func extent(
    _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int
  ) throws(GraphError) -> Int {
    let window = dilation * (kernel - 1) + 1
    let padded = input + before + after
    try require(
      window <= padded, "kernel", "a window of at most \(padded) (input and padding)", window)
    return (padded - window) / stride + 1
  }

  private func linear(_ attributes: Linear) throws(GraphError) -> Shape {
    let input = try only()
    for (name, value) in [("inputs", attributes.inputs), ("outputs", attributes.outputs)] {
      try require(value >= 1 && value <= ShapeInference.limit, name, "at least 1", value)
    }
    guard input.isVector, input.channels == attributes.inputs else {
      throw .shape(
        node: node.name, operation: kind, expected: "a vector of \(attributes.inputs)",
        found: input)
    }
    try checkParameterSizes()
    return .vector(attributes.outputs)
  }

  private func batchNorm(_ attributes: BatchNorm) throws(GraphError) -> Shape {
    let input = try only()
    try require(
      attributes.epsilon.isFinite && attributes.epsilon >= 0, "epsilon", "0 or more",
      attributes.epsilon)
    try require(
      attributes.momentum >= 0 && attributes.momentum <= 1, "momentum", "0 to 1",
      attributes.momentum)
    guard input.channels == attributes.channels else {
      throw .shape(
        node: node.name, operation: kind, expected: "\(attributes.channels) channels", found: input)
    }
    return input
  }

  private func pooling(_ attributes: Pooling) throws(GraphError) -> Shape {
    let input = try onlyMap()
    try checkWindow(
      attributes.kernel, attributes.stride, attributes.dilation, attributes.padding, over: input)
    let padding = attributes.padding
    // A window of nothing but padding has no maximum and no mean.
    try require(
      max(padding.top, padding.bottom) < attributes.kernel.height
        && max(padding.left, padding.right) < attributes.kernel.width,
      "padding", "less than the kernel", "\(padding.top), \(padding.left)")
    let dilation = attributes.dilation
    try require(
      (dilation.height <= input.height || padding.top == 0)
        && (dilation.width <= input.width || padding.left == 0),
      "dilation", "at most \(input.height)×\(input.width) where padded",
      "\(dilation.height)×\(dilation.width)")
    return .map(
      input.channels,
      try poolExtent(
        input.height, attributes.kernel.height, attributes.stride.height,
        attributes.dilation.height, padding.top, padding.bottom, attributes.ceilMode),
      try poolExtent(
        input.width, attributes.kernel.width, attributes.stride.width, attributes.dilation.width,
        padding.left, padding.right, attributes.ceilMode))
  }

  private func poolExtent(
    _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int,
    _ ceilMode: Bool
  ) throws(GraphError) -> Int {
    let floored = try extent(input, kernel, stride, dilation, before, after)
    let window = dilation * (kernel - 1) + 1
    let remainder = (input + before + after - window) % stride
    // A last, partial window counts only if it starts inside the input or the leading padding.
    guard ceilMode, remainder != 0, floored * stride < input + before else { return floored }
    return floored + 1
  }

  private func sum() throws(GraphError) -> Shape {
    let first = try several()
    for input in inputs where input != first {
      throw .shape(node: node.name, operation: kind, expected: "\(first)", found: input)
    }
    return first
  }

  private func concatenation() throws(GraphError) -> Shape {
    let first = try several()
    var channels = 0
    for input in inputs {
      guard first.isMap || first.isVector, input.extents.count == first.extents.count,
        input.height == first.height, input.width == first.width
      else {
        throw .shape(
          node: node.name, operation: kind,
          expected: first.isMap ? "C×\(first.height)×\(first.width)" : "a vector", found: input)
      }
      channels += input.channels
    }
    return first.isMap ? .map(channels, first.height, first.width) : .vector(channels)
  }

  private func pad(_ attributes: Pad) throws(GraphError) -> Shape {
    let input = try onlyMap()
    try requireNotNegative(attributes.spatial, "spatial")
    try require(attributes.value.isFinite, "value", "a finite number", attributes.value)
    for (name, value) in [
      ("channelsBefore", attributes.channelsBefore), ("channelsAfter", attributes.channelsAfter),
    ] {
      try require(value >= 0 && value <= ShapeInference.limit, name, "0 or more", value)
    }
    try checkReach(attributes, of: input)
    return .map(
      input.channels + attributes.channelsBefore + attributes.channelsAfter,
      input.height + attributes.spatial.top + attributes.spatial.bottom,
      input.width + attributes.spatial.left + attributes.spatial.right)
  }

  private func slice(_ attributes: StridedSlice) throws(GraphError) -> Shape {
    let input = try onlyMap()
    return .map(
      try sliceExtent(attributes.channels, of: input.channels, "channels"),
      try sliceExtent(attributes.height, of: input.height, "height"),
      try sliceExtent(attributes.width, of: input.width, "width"))
  }

  private func sliceExtent(
    _ axis: StridedSlice.Axis, of extent: Int, _ name: String
  ) throws(GraphError) -> Int {
    let end = axis.end ?? extent
    try require(axis.step >= 1, "\(name).step", "at least 1", axis.step)
    try require(
      axis.start >= 0 && axis.start < end && end <= extent, name, "a range within 0..<\(extent)",
      "\(axis.start)..<\(end)")
    return (end - axis.start - 1) / axis.step + 1
  }

  func only() throws(GraphError) -> Shape {
    guard inputs.count == 1 else {
      throw .inputCount(
        node: node.name, operation: kind, expected: "one input", found: inputs.count)
    }
    return inputs[0]
  }

  func onlyMap() throws(GraphError) -> Shape {
    let input = try only()
    guard input.isMap else {
      throw .shape(node: node.name, operation: kind, expected: "C×H×W", found: input)
    }
    return input
  }

  func several() throws(GraphError) -> Shape {
    guard inputs.count >= 2 else {
      throw .inputCount(
        node: node.name, operation: kind, expected: "two or more inputs", found: inputs.count)
    }
    return inputs[0]
  }

  private func checkParameterSizes() throws(GraphError) {
    for (_, shape) in node.operation.parameters {
      guard let count = Shape(shape).checkedElementCount, count <= ShapeInference.limit else {
        throw .tooLarge(node: node.name, shape: Shape(shape))
      }
    }
  }

  private func requirePositive(
    _ size: Size2D, _ attribute: String, limit: Int = ShapeInference.limit
  ) throws(GraphError) {
    try require(
      (1...limit).contains(size.height) && (1...limit).contains(size.width), attribute,
      limit < ShapeInference.limit ? "1 to \(limit)" : "at least 1",
      "\(size.height)×\(size.width)")
  }

  private func requireNotNegative(_ padding: Padding2D, _ attribute: String) throws(GraphError) {
    let sides = [padding.top, padding.left, padding.bottom, padding.right]
    try require(
      sides.allSatisfy { (0...ShapeInference.limit).contains($0) }, attribute, "0 or more",
      "\(sides)")
  }

  func require(
    _ condition: Bool, _ attribute: String, _ expected: String, _ found: some Any
  ) throws(GraphError) {
    guard condition else {
      throw .attribute(
        node: node.name, operation: kind, attribute: attribute, expected: expected,
        found: "\(found)")
    }
  }
}

extension Graph {
  /// The shape of one node's value, given those of its inputs; for code that builds a graph and
  /// needs each shape at once.
  package static func shape(of node: Node, inputs: [Shape]) throws(GraphError) -> Shape {
    let shape = try NodeShape(node: node, inputs: inputs).infer()
    guard let count = shape.checkedElementCount, count <= ShapeInference.limit else {
      throw .tooLarge(node: node.name, shape: shape)
    }
    return shape
  }
}
