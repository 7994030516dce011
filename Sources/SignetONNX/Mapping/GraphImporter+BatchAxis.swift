import SignetModel

/// Values whose batch is not the first axis. Operators are mapped as if it were: their axes are
/// counted anew, and what they give has its batch put back.
extension GraphImporter {
  /// Operators that mind where the batch is themselves.
  private static let batchAware: Set = [
    "Transpose", "Squeeze", "Unsqueeze", "Reshape", "Expand", "Flatten", "Gather", "LSTM", "GRU",
    "RNN", "com.microsoft.DynamicQuantizeLSTM", "Identity", "Shape", "Size", "Gemm",
    "DynamicQuantizeLinear",
  ]

  mutating func apply(
    _ mapping: Mapping, _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let views = context.inputs.compactMap { $0?.view }
    guard let view = views.first(where: { $0.batch != .first }),
      !Self.batchAware.contains(context.node.qualifiedType)
    else { return try mapping(&self, context) }
    let order = BatchFirst(view, isOne: declaredBatch == 1)
    guard views.allSatisfy({ $0.batch == view.batch && $0.rank == view.rank }),
      let naming = AxisNaming.byOperator[context.node.qualifiedType]
    else {
      // A batch of one may as well be the first axis, if that has one place.
      if declaredBatch == 1, let moved = firstOfOne(context) { return try mapping(&self, moved) }
      throw NodeFailure(
        "X", expected: "the batch as the first axis", found: "it as \(view.batch.described)")
    }
    let (moved, removed) = try order.moved(context, naming, operatorSet: operatorSet)
    return try mapping(&self, moved).map { result in
      guard case .activation(var view) = result else { return result }
      view.batch = order.restored(removing: removed, in: view.dims)
      return .activation(view)
    }
  }

  /// Whether an operator may work along an axis: the batch, or what has it within, must stay whole.
  func isFree(_ axis: Int, in view: View) -> Bool {
    switch view.batch {
    case .axis(let batch): axis != batch
    case .merged(let batch, _): axis != batch || declaredBatch == 1
    }
  }

  private func firstOfOne(_ context: NodeContext) -> NodeContext? {
    var inputs: [ImportedValue?] = []
    for input in context.inputs {
      guard case .activation(var view)? = input, view.batch != .first else {
        inputs.append(input)
        continue
      }
      guard view.dims.first == 1 else { return nil }
      if view.batchAxis == nil { view = view.reshaped(Array(view.dims.dropFirst())) }
      view.batch = .first
      inputs.append(.activation(view))
    }
    return context.with(inputs: inputs)
  }
}

/// The axes of values whose batch is elsewhere, counted as if it were the first.
private struct BatchFirst {
  let batch: BatchPlace
  let rank: Int
  /// Whether the file has a batch of one, which may be taken for any axis of one place.
  let isOne: Bool

  init(_ view: View, isOne: Bool) {
    (batch, rank, self.isOne) = (view.batch, view.rank, isOne)
  }

  func moved(_ axis: Int, _ name: String) throws(NodeFailure) -> Int {
    let axis = try Axis.normalized(axis, rank: rank, name)
    switch batch {
    case .axis(let own): return axis == own ? 0 : axis < own ? axis + 1 : axis
    case .merged(let own, _):
      guard axis != own || isOne else {
        throw NodeFailure(name, expected: "axes other than the batch", found: axis)
      }
      return axis + 1
    }
  }

  /// The node with its inputs, axes and constants counted so.
  ///
  /// - Returns: also the axes that the node takes away, as they were counted before
  func moved(
    _ context: NodeContext, _ naming: AxisNaming, operatorSet: Int
  ) throws(NodeFailure) -> (context: NodeContext, removed: [Int]) {
    let type = context.node.opType
    var attributes = context.attributes
    var named: [Int] = []
    var replaced: Int?
    var movesConstants = ["LayerNormalization", "GatherElements", "Concat"].contains(type)
    switch naming {
    case .none: movesConstants = true
    case .last: try requireFreeRows(context)
    case .attribute(let newer, let older):
      let fallback = operatorSet < 13 ? older ?? newer : newer
      named = try Axis.normalized([try attributes.integer("axis") ?? fallback], rank: rank)
      if older != nil, operatorSet < 13 { try requireBehindBatch(named[0]) }
      attributes = attributes.replacing(.integer("axis", try moved(named[0], "axis")))
    case .list(let input):
      let name = type == "CumSum" ? "axis" : "axes"
      named = try axes(context, name, input: input)
      var moved: [Int] = []
      for axis in named { moved.append(try self.moved(axis, name)) }
      attributes = attributes.replacing(.integers(name, moved))
      replaced = input
    }
    var inputs: [ImportedValue?] = []
    for (index, input) in context.inputs.enumerated() where index != replaced {
      switch input {
      case .activation(var view)?:
        view.batch = .first
        inputs.append(.activation(view))
      case .constant(let constant)? where movesConstants:
        inputs.append(.constant(try moved(constant)))
      default: inputs.append(input)
      }
    }
    // Behind the axes stands nothing but a slice's steps.
    if let replaced, context.inputs.count > replaced { inputs.insert(nil, at: replaced) }
    let reduces = type.hasPrefix("Reduce") || type.hasPrefix("Arg")
    let keeps = reduces ? try attributes.flag("keepdims", default: true) : true
    return (
      NodeContext(
        node: context.node, index: context.index, operatorSet: operatorSet, inputs: inputs,
        attributes: attributes),
      keeps ? [] : named
    )
  }

  /// Where the batch is once the node has taken away `removed`.
  func restored(removing removed: [Int], in dims: [Int]) -> BatchPlace {
    switch batch {
    case .axis(let own): return .axis(own - removed.count { $0 < own })
    case .merged(let own, let outer):
      let axis = own - removed.count { $0 < own }
      guard axis < dims.count, dims[axis] % outer == 0 else {
        return BatchPlace(merging: dims, before: 1)
      }
      return .merged(axis: axis, outer: outer)
    }
  }

  private func axes(
    _ context: NodeContext, _ name: String, input: Int
  ) throws(NodeFailure) -> [Int] {
    if let given = try context.integers(input: input, orAttribute: name), !given.isEmpty {
      return try Axis.normalized(given, rank: rank)
    }
    guard context.node.opType == "Slice" else { return Array(0..<rank) }
    let starts = try context.integerSamples(input: 1, orAttribute: "starts") ?? []
    return Array(0..<min(rank, starts.first?.count ?? 0))
  }

  /// The last axis, along which products are summed, is not the batch.
  private func requireFreeRows(_ context: NodeContext) throws(NodeFailure) {
    let isConstant = context.inputs.contains { $0?.constant != nil }
    let constants = context.inputs.compactMap { $0?.constant?.samples[0].dims.count }
    let last = isConstant && context.input(0)?.view != nil && constants == [2] ? rank - 1 : rank - 2
    let isBehind =
      switch batch {
      case .axis(let own): own < last
      case .merged(let own, _): own < last || isOne
      }
    guard isBehind, !isConstant || constants == [2] else {
      throw NodeFailure(
        "A", expected: "the batch before the matrix", found: "it as \(batch.described)")
    }
  }

  /// Older operators count the axis and all behind it as one.
  private func requireBehindBatch(_ axis: Int) throws(NodeFailure) {
    let isBehind =
      switch batch {
      case .axis(let own): own < axis
      case .merged(let own, _): own < axis || isOne
      }
    guard isBehind else {
      throw NodeFailure(
        "axis", expected: "an axis behind the batch",
        found: "\(axis), with the batch as "
          + batch.described)
    }
  }

  /// A constant that ONNX broadcasts up with the value.
  private func moved(_ constant: FoldedConstant) throws(NodeFailure) -> FoldedConstant {
    if let tensor = constant.tensor, tensor.count == 1 {
      return FoldedConstant(tensor.reshaped([]))
    }
    var samples: [ConstantTensor] = []
    for sample in constant.samples {
      guard sample.dims.count <= rank else {
        throw NodeFailure("a constant", expected: "at most \(rank) axes", found: sample.dims)
      }
      var dims = [Int](repeating: 1, count: rank - sample.dims.count) + sample.dims
      let isSame: Bool
      switch batch {
      case .axis(let own): isSame = dims.remove(at: own) == 1
      case .merged(let own, _): isSame = isOne || dims[own] == 1
      }
      guard isSame else {
        throw NodeFailure(
          "a constant", expected: "one that is the same for each image", found: sample.dims)
      }
      samples.append(sample.reshaped([1] + dims))
    }
    return FoldedConstant(samples: samples)
  }
}
