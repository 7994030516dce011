import SignetModel

/// Functions of single elements, and softmax.
extension GraphImporter {
  static let activationMappings: [String: Mapping] = [
    "Relu": { importer, context throws(NodeFailure) in
      try importer.emitElementwise(context.name(), .relu, on: try context.activation())
    },
    "LeakyRelu": { importer, context throws(NodeFailure) in
      let slope = try context.attributes.float("alpha") ?? 0.01
      return try importer.function(context, .leakyRelu(slope: slope))
    },
    "Sigmoid": { importer, context throws(NodeFailure) in
      try importer.function(context, .sigmoid)
    },
    "HardSigmoid": { importer, context throws(NodeFailure) in
      let slope = try context.attributes.float("alpha") ?? 0.2
      let offset = try context.attributes.float("beta") ?? 0.5
      return try importer.function(context, .hardSigmoid(slope: slope, offset: offset))
    },
    "HardSwish": { importer, context throws(NodeFailure) in
      try importer.function(context, .hardSwish)
    },
    "Swish": { importer, context throws(NodeFailure) in
      let alpha = try context.attributes.float("alpha") ?? 1
      guard alpha == 1 else { throw NodeFailure("alpha", expected: "1", found: alpha) }
      return try importer.function(context, .silu)
    },
    "Clip": { importer, context throws(NodeFailure) in try importer.clip(context) },
    "Max": { importer, context throws(NodeFailure) in try importer.bound(context, above: false) },
    "Min": { importer, context throws(NodeFailure) in try importer.bound(context, above: true) },
    "PRelu": { importer, context throws(NodeFailure) in try importer.prelu(context) },
    "Softmax": { importer, context throws(NodeFailure) in
      try importer.softmax(context) { .softmax(axis: $0) }
    },
    "LogSoftmax": { importer, context throws(NodeFailure) in
      try importer.softmax(context) { .logSoftmax(axis: $0) }
    },
  ]

  mutating func function(
    _ context: NodeContext, _ function: Activation
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 1)
    return try emitElementwise(
      context.name(), .activation(function), on: try context.activation())
  }

  private mutating func clip(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 3)
    let older = (try context.attributes.float("min"), try context.attributes.float("max"))
    let low = try scalar(context, 1, "min") ?? older.0
    let high = try scalar(context, 2, "max") ?? older.1
    return try clip(context, try context.activation(0, "input"), low, high)
  }

  private mutating func clip(
    _ context: NodeContext, _ view: View, _ low: Float?, _ high: Float?
  ) throws(NodeFailure) -> [ImportedValue] {
    // A bound no float32 number passes does not bind.
    let low = low.flatMap { $0 <= -.greatestFiniteMagnitude ? nil : $0 }
    let high = high.flatMap { $0 >= .greatestFiniteMagnitude ? nil : $0 }
    if low == nil, high == nil { return [.activation(view)] }
    if low == 0, high == nil { return try emitElementwise(context.name(), .relu, on: view) }
    return try emitElementwise(
      context.name(), .activation(.clip(minimum: low, maximum: high)), on: view)
  }

  private func scalar(
    _ context: NodeContext, _ index: Int, _ name: String
  ) throws(NodeFailure) -> Float? {
    guard let tensor = try context.constant(index, name) else { return nil }
    guard tensor.count == 1 else {
      throw NodeFailure(name, expected: "one number", found: tensor.dims)
    }
    return tensor.floats[0]
  }

  /// The greater or smaller of values and constants.
  private mutating func bound(
    _ context: NodeContext, above: Bool
  ) throws(NodeFailure) -> [ImportedValue] {
    let views = context.inputs.compactMap { $0?.view }
    if views.count == 1, context.inputs.count == 1 { return [.activation(views[0])] }
    let numbers = context.inputs.compactMap { $0?.constant?.tensor }.filter { $0.count == 1 }
    if views.count == 1, context.inputs.count == 2, numbers.count == 1 {
      let limit = numbers[0].floats[0]
      return try clip(context, views[0], above ? nil : limit, above ? limit : nil)
    }
    var operands = try operands(context)
    var result = operands.removeFirst()
    for operand in operands {
      result = try combine(context, .binary(above ? .minimum : .maximum), [result, operand])
    }
    return [.activation(result)]
  }

  private mutating func prelu(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation()
    guard case .constant(let slope)? = context.input(1) else {
      throw NodeFailure("slope", expected: "a constant", found: "a computed value")
    }
    let (aligned, tensor) = try align(slope, with: view, "slope")
    let result = try emit(
      context.name(weight: 1), .prelu(Shape(tensor.dims)), [aligned.node], [(.weight, tensor)])
    return [.activation(aligned.of(result.node))]
  }

  private mutating func softmax(
    _ context: NodeContext, _ operation: (Int) -> NodeOperation
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation()
    let newest = context.operatorSet >= 13
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? (newest ? -1 : 1), rank: view.dims.count + 1)
    guard axis > 0 else {
      throw NodeFailure("axis", expected: "an axis other than the batch", found: axis)
    }
    let (shape, along) = Self.softmaxShape(view.dims, axis: axis - 1, joined: !newest)
    let result = try emit(
      context.name(), operation(along), [try resolve(view, as: shape)])
    return [.activation(result.reshaped(view.dims))]
  }

  /// - Parameter joined: the operator's older meaning: `axis` and all behind it count as one.
  private static func softmaxShape(
    _ dims: [Int], axis: Int, joined: Bool
  ) -> (shape: Shape, axis: Int) {
    let outer = dims[..<axis].reduce(1, *)
    if joined {
      let inner = dims[axis...].reduce(1, *)
      return axis == 0 ? (.vector(inner), 0) : (.map(outer, 1, inner), 2)
    }
    switch dims.count {
    case 1: return (.vector(dims[0]), 0)
    case 2: return (.map(dims[0], 1, dims[1]), axis * 2)
    case 3: return (View.canonicalShape(dims), axis)
    default: return (.map(outer, dims[axis], dims[(axis + 1)...].reduce(1, *)), 1)
    }
  }
}
