import SignetModel

/// Normalisation by the statistics of the sample itself.
extension GraphImporter {
  static let normalizationMappings: [String: Mapping] = [
    "LayerNormalization": { importer, context throws(NodeFailure) in
      try importer.layerNorm(context)
    },
    "InstanceNormalization": { importer, context throws(NodeFailure) in
      try importer.groupNorm(context, groups: nil)
    },
    "GroupNormalization": { importer, context throws(NodeFailure) in
      try importer.groupNorm(context, groups: try context.attributes.integer("num_groups") ?? 0)
    },
    "MeanVarianceNormalization": { importer, context throws(NodeFailure) in
      let view = try context.activation()
      let axes = try Axis.normalized(
        try context.attributes.integers("axes") ?? [0, 2, 3], rank: view.dims.count + 1
      ).map { $0 - 1 }
      guard !axes.contains(-1), !axes.isEmpty else {
        throw NodeFailure("axes", expected: "axes other than the batch", found: axes.map { $0 + 1 })
      }
      // The operator's definition adds this to the deviation's square root.
      return [
        .activation(
          try importer.normalized(
            context.name(), view, grid: view.dims, axes: axes.sorted(), epsilon: 1e-9))
      ]
    },
  ]

  private mutating func normalized(
    _ name: String, _ view: View, grid: [Int], axes: [Int], epsilon: Float
  ) throws(NodeFailure) -> View {
    let normalization = Normalization(extents: grid, axes: axes, epsilon: epsilon)
    return try emit(name, .normalize(normalization), [try resolve(view)]).reshaped(view.dims)
  }

  private mutating func layerNorm(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 3)
    let view = try context.activation()
    context.attributes.ignore("stash_type")
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? -1, rank: view.dims.count + 1)
    guard axis > 0 else {
      throw NodeFailure("axis", expected: "an axis other than the batch", found: axis)
    }
    let epsilon = try context.attributes.float("epsilon") ?? 1e-5
    var result = try normalized(
      "\(context.name()).normalized", view, grid: view.dims,
      axes: Array(axis - 1..<view.dims.count), epsilon: epsilon)
    result = try scaled(result, context, weight: context.input(1), bias: context.input(2))
    return [.activation(result)]
  }

  /// - Parameter groups: of channels; `nil` for one per channel
  private mutating func groupNorm(
    _ context: NodeContext, groups: Int?
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 3)
    let view = try context.activation()
    context.attributes.ignore("stash_type")
    guard let channels = view.dims.first else {
      throw NodeFailure("X", expected: "channels", found: "one number per sample")
    }
    let count = groups ?? channels
    guard count > 0, channels % count == 0 else {
      throw NodeFailure("num_groups", expected: "a divisor of \(channels)", found: count)
    }
    let epsilon = try context.attributes.float("epsilon") ?? 1e-5
    let rest = view.count / count
    let name = context.name()
    let result = try normalized(
      "\(name).normalized", view, grid: [count, rest], axes: [1], epsilon: epsilon)
    var constants: [ImportedValue?] = []
    for (index, attribute) in [(1, "scale"), (2, "bias")] {
      let tensor = try context.required(index, attribute)
      guard tensor.count == channels || tensor.count == count else {
        throw NodeFailure(attribute, expected: "\(channels) numbers", found: tensor.dims)
      }
      // Older files give a number per group.
      let repeats = channels / tensor.count
      let values = tensor.floats.flatMap { [Float](repeating: $0, count: repeats) }
      let dims = [1, channels] + view.dims.dropFirst().map { _ in 1 }
      constants.append(.constant(FoldedConstant(ConstantTensor(dims: dims, floats: values))))
    }
    return [
      .activation(try scaled(result, context, weight: constants[0], bias: constants[1]))
    ]
  }

  private mutating func scaled(
    _ view: View, _ context: NodeContext, weight: ImportedValue?, bias: ImportedValue?
  ) throws(NodeFailure) -> View {
    var result = view
    if let weight {
      guard let constant = weight.constant else {
        throw NodeFailure("scale", expected: "a constant", found: "a computed value")
      }
      result = try scaling(result, by: constant, context)
    }
    if let bias {
      guard let constant = bias.constant else {
        throw NodeFailure("bias", expected: "a constant", found: "a computed value")
      }
      result = try adding(constant, to: result, context, isOnly: false)
    }
    return result
  }
}
