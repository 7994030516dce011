import SignetModel

/// Functions of two values, or of a value and a constant.
extension GraphImporter {
  static let binaryMappings: [String: Mapping] = [
    "Equal": comparison(.equal),
    "Less": comparison(.less),
    "LessOrEqual": comparison(.lessOrEqual),
    "Greater": comparison(.greater),
    "GreaterOrEqual": comparison(.greaterOrEqual),
    "And": comparison(.and),
    "Or": comparison(.or),
    "Xor": comparison(.exclusiveOr),
    "Pow": { importer, context throws(NodeFailure) in try importer.power(context) },
    "Mod": { importer, context throws(NodeFailure) in
      [.activation(try importer.modulus(context))]
    },
    "Where": { importer, context throws(NodeFailure) in
      try context.requireInputs(atMost: 3)
      var views = try importer.operands(context)
      views[0] = importer.beforeTruth(views[0])
      return [.activation(try importer.combine(context, .select, views))]
    },
  ]

  private static func comparison(_ function: BinaryFunction) -> Mapping {
    { importer, context throws(NodeFailure) in
      try context.requireInputs(atMost: 2)
      return [.activation(try importer.binary(context, function))]
    }
  }

  mutating func binary(
    _ context: NodeContext, _ function: BinaryFunction
  ) throws(NodeFailure) -> View {
    let views = try operands(context)
    let isLogical = [.and, .or, .exclusiveOr].contains(function)
    return try combine(
      context, .binary(function), isLogical ? views.map { beforeTruth($0) } : views)
  }

  private mutating func power(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    if let view = context.input(0)?.view, let exponent = context.input(1)?.constant?.tensor,
      exponent.count == 1
    {
      let value = exponent.integers.map { Float($0[0]) } ?? exponent.floats[0]
      return try emitElementwise(context.name(), .activation(.power(exponent: value)), on: view)
    }
    return [.activation(try binary(context, .power))]
  }

  private mutating func modulus(_ context: NodeContext) throws(NodeFailure) -> View {
    try context.requireInputs(atMost: 2)
    let views = try operands(context)
    let remainder = try combine(context, .binary(.remainder), views)
    guard try !context.attributes.flag("fmod") else { return remainder }
    // Brought to the divisor's sign, where it has the other.
    let product = try combine(context, .multiply, [remainder, views[1]])
    let zero = try constant(
      ConstantTensor(dims: [], floats: [0]), dims: product.dims.map { _ in 1 }, beside: remainder,
      "\(context.name()).zero")
    let isOther = try combine(context, .binary(.less), [product, zero])
    let moved = try combine(context, .binary(.add), [remainder, views[1]])
    return try combine(context, .select, [isOther, moved, remainder])
  }

  /// All inputs as values computed from the image: constants become such.
  mutating func operands(_ context: NodeContext) throws(NodeFailure) -> [View] {
    guard let first = context.inputs.lazy.compactMap({ $0?.view }).first else {
      throw NodeFailure("inputs", expected: "a value computed from the image", found: "none")
    }
    // The shape that constants are lined up with.
    var dims = first.dims
    for view in context.inputs.compactMap({ $0?.view }) where view.dims.count == dims.count {
      dims = Axis.broadcast(dims, view.dims) ?? dims
    }
    var views: [View] = []
    for (index, input) in context.inputs.enumerated() {
      switch input {
      case .activation(let view)?: views.append(view)
      case .constant(let constant)?:
        views.append(
          try self.constant(
            constant, dims: dims, beside: first, "\(context.name()).constant\(index)"))
      default: throw NodeFailure("inputs", expected: "tensors", found: "others")
      }
    }
    return views
  }

  /// A node that gives a constant, its extents those of `dims` or 1.
  mutating func constant(
    _ constant: FoldedConstant, dims: [Int], beside view: View, _ name: String
  ) throws(NodeFailure) -> View {
    try budget.claimWork(constant.samples.count == 1 ? 0 : constant.byteCount, name)
    let tensor = try constant.perImage("a constant")
    let rank = dims.count + 1
    let padded = [Int](repeating: 1, count: max(0, rank - tensor.dims.count)) + tensor.dims
    let own = Array(padded.dropFirst())
    guard padded.count == rank, padded[0] == 1, Axis.broadcast(own, dims) == dims else {
      throw NodeFailure(
        "a constant", expected: "one that fits N×\(Shape(dims))", found: tensor.dims)
    }
    return try self.constant(tensor.asFloats, dims: own, beside: view, name)
  }

  /// A node that gives the same `dims` numbers for every sample.
  mutating func constant(
    _ tensor: ConstantTensor, dims: [Int], beside view: View, _ name: String
  ) throws(NodeFailure) -> View {
    let shape = View.canonicalShape(dims)
    let result = try emit(
      name, .constant(shape), [view.node], [(.weight, tensor.reshaped(shape.extents))])
    return result.reshaped(dims)
  }

  /// An elementwise operation on values that have one shape, or may be broadcast.
  mutating func combine(
    _ context: NodeContext, _ operation: NodeOperation, _ views: [View]
  ) throws(NodeFailure) -> View {
    let first = views[0]
    if views.allSatisfy({ $0.matches(first) }) {
      return first.of(try emit(context.name(), operation, views.map(\.node)).node)
    }
    var dims = first.dims
    for view in views.dropFirst() {
      guard view.dims.count == dims.count, let joint = Axis.broadcast(dims, view.dims) else {
        throw NodeFailure("B", expected: "a shape that fits \(dims)", found: view.dims)
      }
      dims = joint
    }
    let isUneven = views.contains { $0.dims != dims }
    var inputs: [String] = []
    for view in views {
      // Merged axes cannot be broadcast one by one.
      let whole = dims.count > 3 && isUneven ? try expanded(view, to: dims) : view
      inputs.append(try resolve(whole))
    }
    // Sums take values of one shape only.
    let isSum = operation == .add && isUneven
    guard !isSum || inputs.count == 2 else {
      throw NodeFailure("inputs", expected: "values of one shape", found: views.map(\.dims))
    }
    return try emit(context.name(), isSum ? .binary(.add) : operation, inputs).reshaped(dims)
  }

  /// The value with its extents of 1 repeated.
  mutating func expanded(_ view: View, to dims: [Int]) throws(NodeFailure) -> View {
    guard view.dims != dims else { return view }
    let own = [Int](repeating: 1, count: dims.count - view.dims.count) + view.dims
    let axes = zip(own, dims).map { extent, wanted in
      Region.Axis(extent: extent, repeats: wanted / extent)
    }
    let region = Region(axes: axes, shape: View.canonicalShape(dims))
    let name = "\(view.node).expanded"
    return try emit(name, .region(region), [try resolve(view)]).reshaped(dims)
  }
}

extension ConstantTensor {
  /// The same numbers as floats, whole ones included.
  var asFloats: ConstantTensor {
    integers == nil ? self : ConstantTensor(dims: dims, floats: floats)
  }
}
