import SignetModel

/// Operators that only change how elements are read, and those that read a shape.
extension GraphImporter {
  static let viewMappings: [String: Mapping] = [
    "Identity": { importer, context throws(NodeFailure) in
      [.activation(try context.activation())]
    },
    "Cast": { importer, context throws(NodeFailure) in
      context.attributes.ignore("saturate", "round_mode")
      let type = try ElementType.named(by: try context.attributes.integer("to"))
      return [.activation(try importer.cast(try context.activation(), to: type, "to"))]
    },
    "CastLike": { importer, context throws(NodeFailure) in
      context.attributes.ignore("saturate", "round_mode")
      let type = context.input(1)?.constant?.samples[0].type ?? .float32
      if let constant = context.input(0)?.constant {
        guard context.input(1)?.view?.isInteger != true else {
          throw NodeFailure("target_type", expected: "a float type", found: "integers")
        }
        // The image's type: float numbers, whatever their width in the file.
        try importer.budget.claimWork(constant.byteCount)
        return [.constant(constant.asFloats)]
      }
      let view = try context.activation()
      if context.input(1)?.view?.isInteger == true {
        guard view.isInteger else {
          throw NodeFailure("target_type", expected: "a float type", found: "integers")
        }
        return [.activation(view)]
      }
      return [.activation(try importer.cast(view, to: type, "target_type"))]
    },
    "Dropout": { importer, context throws(NodeFailure) in try importer.dropout(context) },
    "Shape": { importer, context throws(NodeFailure) in
      let view = try context.activation(0, "data")
      var samples: [ConstantTensor] = []
      for batch in FoldedConstant.batches {
        samples.append(
          try ConstantFolder.shapeVector(
            of: view.dims.inserting(batch, at: view.batchAxis), attributes: context.attributes))
      }
      return [.constant(FoldedConstant(samples: samples))]
    },
    "Size": { importer, context throws(NodeFailure) in
      let count = try context.activation(0, "data").count
      let samples = FoldedConstant.batches.map {
        ConstantTensor(dims: [], integers: [Int64($0 * count)])
      }
      return [.constant(FoldedConstant(samples: samples))]
    },
    "Reshape": { importer, context throws(NodeFailure) in try importer.reshape(context) },
    "Expand": { importer, context throws(NodeFailure) in try importer.expand(context) },
    "Flatten": { importer, context throws(NodeFailure) in try importer.flatten(context) },
    "Squeeze": { importer, context throws(NodeFailure) in try importer.squeeze(context) },
    "Unsqueeze": { importer, context throws(NodeFailure) in try importer.unsqueeze(context) },
    "Transpose": { importer, context throws(NodeFailure) in try importer.transpose(context) },
  ]

  /// Bytes may become wider integers on their way to floats; floats may not become integers, which
  /// would round.
  private func cast(
    _ view: View, to type: ElementType, _ name: String
  ) throws(NodeFailure) -> View {
    guard type.isFloat || (view.isInteger && type.byteCount > 1) else {
      throw NodeFailure(name, expected: "a float type", found: type)
    }
    var result = view
    result.isInteger = !type.isFloat
    return result
  }

  private func viewed(_ context: NodeContext, _ view: View, as dims: [Int]) -> [ImportedValue] {
    var result = view.reshaped(dims)
    result.origin = context.name()
    return [.activation(result)]
  }

  private mutating func dropout(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 3)
    context.attributes.ignore("seed", "is_test")
    let view = try context.activation(0, "data")
    let older = try context.attributes.float("ratio") ?? 0.5
    let rate = try context.floats(1, "ratio")?.floats.first ?? older
    let trains = try context.constant(2, "training_mode")?.integers?.first ?? 0
    if rate == 0 { return [.activation(view)] }
    guard trains == 0 else {
      throw NodeFailure("training_mode", expected: "false", found: "true")
    }
    return try emitElementwise(context.name(), .dropout(rate: rate), on: view)
  }

  private func reshape(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation(0, "data")
    let allowZero = try context.attributes.flag("allowzero")
    guard let samples = try context.integerSamples(input: 1, orAttribute: "shape") else {
      throw NodeFailure("shape", expected: "an input", found: "nothing")
    }
    var results: [[Int]] = []
    var axes: [Int] = []
    for (index, batch) in FoldedConstant.batches.enumerated() {
      let target = samples[samples.count == 1 ? 0 : index]
      guard view.batchAxis == 0 else {
        let (dims, axis) = try reshape(view, to: target, allowZero: allowZero, batch: batch)
        results.append(dims)
        axes.append(axis)
        continue
      }
      results.append(
        try reshape([batch] + view.dims, to: target, allowZero: allowZero, batch: batch))
      axes.append(0)
    }
    guard results.allSatisfy({ $0 == results[0] }), Set(axes).count == 1 else {
      throw NodeFailure(
        "shape", expected: "extents that do not follow the batch", found: results[0])
    }
    var result = view
    result.batchAxis = axes[0]
    return viewed(context, result, as: results[0])
  }

  /// The extents without the batch, and where the batch then is, of a value whose batch is not the
  /// first axis: it must keep what stands before it.
  private func reshape(
    _ view: View, to target: [Int], allowZero: Bool, batch: Int
  ) throws(NodeFailure) -> (dims: [Int], batchAxis: Int) {
    let extents = view.dims.inserting(batch, at: view.batchAxis)
    let before = view.dims[..<view.batchAxis].reduce(1, *)
    // A file with a fixed batch size says it in its targets.
    let fixed = target.indices.filter { target[$0] == declaredBatch }
    let freed = fixed.map { index in
      var target = target
      target[index] = batch
      return target
    }
    for target in [target] + freed {
      guard let result = try? Axis.reshape(extents, to: target, allowZero: allowZero) else {
        continue
      }
      for axis in result.indices
      where result[axis] == batch && result[..<axis].reduce(1, *) == before {
        var dims = result
        dims.remove(at: axis)
        return (dims, axis)
      }
    }
    throw NodeFailure("shape", expected: "an axis for the batch", found: target)
  }

  /// The extents after the batch that a reshape gives.
  private func reshape(
    _ dims: [Int], to target: [Int], allowZero: Bool, batch: Int
  ) throws(NodeFailure) -> [Int] {
    if let result = try? Axis.reshape(dims, to: target, allowZero: allowZero),
      result.first == batch
    {
      return Array(result.dropFirst())
    }
    // A file with a fixed batch size says it in its targets.
    var free = target
    if let first = target.first, first == declaredBatch { free[0] = batch }
    let result = try Axis.reshape(dims, to: free, allowZero: allowZero)
    guard result.first == batch else {
      throw NodeFailure("shape", expected: "the batch as the first extent", found: target)
    }
    return Array(result.dropFirst())
  }

  private mutating func expand(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "input")
    let samples = try context.integerSamples(input: 1, orAttribute: "shape") ?? []
    var results: [[Int]] = []
    for (index, batch) in FoldedConstant.batches.enumerated() where !samples.isEmpty {
      var target = samples[samples.count == 1 ? 0 : index]
      // A file with a fixed batch size says it in its targets.
      if target.count > view.dims.count, target.first == declaredBatch { target[0] = batch }
      let joint = Axis.broadcast([batch] + view.dims, target) ?? []
      if joint.first == batch, joint.count == view.dims.count + 1 { results.append(joint) }
    }
    guard results.count == FoldedConstant.batches.count,
      Set(results.map { Array($0.dropFirst()) }).count == 1
    else {
      throw NodeFailure(
        "shape", expected: "extents that the input's, or 1, fit, behind the batch",
        found: samples.first ?? [])
    }
    return [.activation(try expanded(view, to: Array(results[0].dropFirst())))]
  }

  private func flatten(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "input")
    let rank = view.dims.count + 1
    let axis = try context.attributes.integer("axis") ?? 1
    let split = axis < 0 ? axis &+ rank : axis
    guard split == 1 else {
      throw NodeFailure("axis", expected: "1: everything behind the batch", found: axis)
    }
    return viewed(context, view, as: [view.count])
  }

  private func squeeze(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "data")
    let rank = view.dims.count + 1
    let all = (0..<rank).filter { axis in view.position(of: axis).map { view.dims[$0] } == 1 }
    let axes = try Axis.normalized(
      try context.integers(input: 1, orAttribute: "axes") ?? all, rank: rank)
    guard axes.allSatisfy(all.contains) else {
      throw NodeFailure(
        "axes", expected: "axes of extent 1 behind the batch of \(view.dims)", found: axes)
    }
    let kept = (0..<rank).filter { !axes.contains($0) }
    var result = view
    result.batchAxis = kept.firstIndex(of: view.batchAxis) ?? 0
    return viewed(context, result, as: kept.compactMap(view.position(of:)).map { view.dims[$0] })
  }

  private func unsqueeze(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "data")
    let given = try context.integers(input: 1, orAttribute: "axes") ?? []
    guard given.count <= 8, given.count + view.dims.count < ConstantTensor.maximumRank else {
      throw NodeFailure(
        "axes", expected: "at most 8, and \(ConstantTensor.maximumRank) axes in all",
        found: given.count)
    }
    let axes = try Axis.normalized(given, rank: view.dims.count + 1 + given.count)
    guard view.batchAxis > 0 || !axes.contains(0) else {
      throw NodeFailure("axes", expected: "axes behind the batch", found: given)
    }
    // The batch stands as nil among the others.
    var dims: [Int?] = view.dims
    dims.insert(nil, at: view.batchAxis)
    for axis in axes.sorted() { dims.insert(1, at: axis) }
    var result = view
    result.batchAxis = dims.firstIndex(of: nil) ?? 0
    return viewed(context, result, as: dims.compactMap(\.self))
  }

  private mutating func transpose(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "data")
    let rank = view.dims.count + 1
    let order = try context.attributes.integers("perm") ?? (0..<rank).reversed()
    guard order.sorted() == Array(0..<rank) else {
      throw NodeFailure("perm", expected: "each of \(rank) axes once", found: order)
    }
    var result = try permuted(view, order.compactMap(view.position(of:)))
    result.isInteger = view.isInteger
    result.batchAxis = order.firstIndex(of: view.batchAxis) ?? 0
    result.origin = context.name()
    return [.activation(result)]
  }
}

extension [Int] {
  fileprivate func inserting(_ element: Int, at index: Int) -> [Int] {
    var copy = self
    copy.insert(element, at: index)
    return copy
  }
}
