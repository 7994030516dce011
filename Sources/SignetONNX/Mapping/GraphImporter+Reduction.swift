import SignetModel

/// Operators that make one number of many.
extension GraphImporter {
  static let reductionMappings: [String: Mapping] = [
    "ReduceSum": reduction(.sum),
    "ReduceMax": reduction(.maximum),
    "ReduceMin": reduction(.minimum),
    "ReduceProd": reduction(.product),
    "ReduceSumSquare": reduction(.sumOfSquares),
    "ReduceL1": reduction(.l1),
    "ReduceL2": reduction(.l2),
    "ReduceLogSum": reduction(.logSum),
    "ReduceLogSumExp": reduction(.logSumExp),
    "ArgMax": { importer, context throws(NodeFailure) in
      try importer.argExtreme(context, isMaximum: true)
    },
    "ArgMin": { importer, context throws(NodeFailure) in
      try importer.argExtreme(context, isMaximum: false)
    },
    "LpNormalization": { importer, context throws(NodeFailure) in
      try importer.lpNormalization(context)
    },
  ]

  private static func reduction(_ function: Reduction.Function) -> Mapping {
    { importer, context throws(NodeFailure) in try importer.reduce(context, function) }
  }

  private mutating func reduce(
    _ context: NodeContext, _ function: Reduction.Function
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation(0, "data")
    let keeps = try context.attributes.flag("keepdims", default: true)
    let given = try context.integers(input: 1, orAttribute: "axes") ?? []
    if try context.attributes.flag("noop_with_empty_axes"), given.isEmpty {
      return [.activation(view)]
    }
    let axes = try Axis.normalized(given, rank: view.dims.count + 1).map { $0 - 1 }
    guard !axes.isEmpty, !axes.contains(-1) else {
      throw NodeFailure(
        "axes", expected: "axes other than the batch", found: given.isEmpty ? "all" : "\(given)")
    }
    return [
      .activation(
        try reduced(context.name(), view, function, axes: axes.sorted(), keeps: keeps))
    ]
  }

  mutating func reduced(
    _ name: String, _ view: View, _ function: Reduction.Function, axes: [Int], keeps: Bool
  ) throws(NodeFailure) -> View {
    let dims = view.dims.indices.compactMap {
      axes.contains($0) ? (keeps ? 1 : nil) : view.dims[$0]
    }
    let reduction = Reduction(
      function: function, extents: view.dims, axes: axes, shape: View.canonicalShape(dims))
    return try emit(name, .reduce(reduction), [try resolve(view)]).reshaped(dims)
  }

  private mutating func argExtreme(
    _ context: NodeContext, isMaximum: Bool
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "data")
    let keeps = try context.attributes.flag("keepdims", default: true)
    let takesLast = try context.attributes.flag("select_last_index")
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? 0, rank: view.dims.count + 1)
    guard axis > 0 else {
      throw NodeFailure("axis", expected: "an axis other than the batch", found: axis)
    }
    var dims = view.dims
    if keeps { dims[axis - 1] = 1 } else { dims.remove(at: axis - 1) }
    let operation = ArgExtreme(
      isMaximum: isMaximum, takesLast: takesLast, extents: view.dims, axis: axis - 1,
      shape: View.canonicalShape(dims))
    let result = try emit(context.name(), .argExtreme(operation), [try resolve(view)])
    return [.activation(result.reshaped(dims))]
  }

  private mutating func lpNormalization(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "input")
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? -1, rank: view.dims.count + 1)
    let order = try context.attributes.integer("p") ?? 2
    guard axis > 0 else {
      throw NodeFailure("axis", expected: "an axis other than the batch", found: axis)
    }
    guard order == 1 || order == 2 else { throw NodeFailure("p", expected: "1 or 2", found: order) }
    let name = context.name()
    let norm = try reduced(
      "\(name).norm", view, order == 1 ? .l1 : .l2, axes: [axis - 1], keeps: true)
    // What is 0 throughout stays so.
    let isZero = try emit("\(name).zero", .activation(.elementary(.not)), [norm.node])
    let divisor = try combine(context, .add, [norm, norm.of(isZero.node)])
    return [.activation(try combine(context, .binary(.divide), [view, divisor]))]
  }
}
