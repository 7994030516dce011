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
      if type == .bool, let view = context.input(0)?.view, !view.isInteger {
        return [.activation(try importer.truth(of: view, context.name()))]
      }
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
            of: view.extents(batch: batch), attributes: context.attributes))
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
    return [
      .activation(
        try reshaped(view, context, allowZero: allowZero) { sample in
          samples[samples.count == 1 ? 0 : sample]
        })
    ]
  }

  /// - Parameter target: the extents asked for, for each of the batch sizes
  private func reshaped(
    _ view: View, _ context: NodeContext, allowZero: Bool, _ target: (Int) -> [Int]
  ) throws(NodeFailure) -> View {
    var results: [(dims: [Int], batch: BatchPlace)] = []
    for (index, batch) in FoldedConstant.batches.enumerated() {
      results.append(
        try reshape(view, to: target(index), allowZero: allowZero, batch: batch))
    }
    guard results.allSatisfy({ $0 == results[0] }) else {
      throw NodeFailure(
        "shape", expected: "extents that do not follow the batch", found: results[0].dims)
    }
    var result = view.reshaped(results[0].dims)
    result.batch = results[0].batch
    result.origin = context.name()
    return result
  }

  /// The extents without the batch, and where the batch then is: it must keep what stands before it.
  private func reshape(
    _ view: View, to target: [Int], allowZero: Bool, batch: Int
  ) throws(NodeFailure) -> (dims: [Int], batch: BatchPlace) {
    let before = view.elementsBeforeBatch
    var results: [[Int]] = []
    var failure: NodeFailure?
    for target in [target] + freed(target, batch: batch) {
      let result: [Int]
      do throws(NodeFailure) {
        result = try Axis.reshape(view.extents(batch: batch), to: target, allowZero: allowZero)
      } catch {
        failure = failure ?? error
        continue
      }
      results.append(result)
      for axis in result.indices
      where result[axis] == batch && result[..<axis].reduce(1, *) == before {
        var dims = result
        dims.remove(at: axis)
        return (dims, .axis(axis))
      }
    }
    // Without an axis of its own it is part of the one it falls into.
    for result in results {
      var before = before
      for (axis, extent) in result.enumerated() {
        if extent % batch == 0, extent / batch % before == 0 {
          var dims = result
          dims[axis] /= batch
          return (dims, .merged(axis: axis, outer: before))
        }
        guard before % extent == 0 else { break }
        before /= extent
      }
    }
    if results.isEmpty, let failure { throw failure }
    throw NodeFailure("shape", expected: "an axis for the batch", found: target)
  }

  /// A file with a fixed batch size says it in its targets: those it may have meant.
  private func freed(_ target: [Int], batch: Int) -> [[Int]] {
    guard let declaredBatch, declaredBatch > 0 else { return [] }
    let exact = target.indices.filter { target[$0] == declaredBatch }
    let merged = target.indices.filter {
      target[$0] > declaredBatch && target[$0] % declaredBatch == 0
    }
    return (exact + merged).compactMap { index in
      let (extent, overflow) = (target[index] / declaredBatch).multipliedReportingOverflow(
        by: batch)
      guard !overflow else { return nil }
      var target = target
      target[index] = extent
      return target
    }
  }

  private mutating func expand(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "input")
    let samples = try context.integerSamples(input: 1, orAttribute: "shape") ?? []
    var results: [[Int]] = []
    var result = view
    for (index, batch) in FoldedConstant.batches.enumerated() where !samples.isEmpty {
      var target = samples[samples.count == 1 ? 0 : index]
      let added = max(0, target.count - view.rank)
      let axis: Int
      switch view.batch {
      case .axis(let own):
        axis = own + added
        result.batch = .axis(axis)
        let place = axis - (view.rank + added - target.count)
        // A file with a fixed batch size says it in its targets.
        if place >= 0, target[place] == declaredBatch { target[place] = batch }
      case .merged(let own, let outer):
        axis = own + added
        result.batch = .merged(axis: axis, outer: outer)
      }
      var joint = Axis.broadcast(view.extents(batch: batch), target) ?? []
      guard joint.indices.contains(axis), joint[axis] % batch == 0 else { continue }
      if view.batchAxis == nil { joint[axis] /= batch } else { joint.remove(at: axis) }
      results.append(joint)
    }
    guard results.count == FoldedConstant.batches.count, Set(results).count == 1 else {
      throw NodeFailure(
        "shape", expected: "extents that the input's, or 1, fit, and the batch unchanged",
        found: samples.first ?? [])
    }
    var whole = try expanded(view, to: results[0])
    whole.batch = result.batch
    return [.activation(whole)]
  }

  private func flatten(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "input")
    let axis = try context.attributes.integer("axis") ?? 1
    let split = axis < 0 ? axis &+ view.rank : axis
    guard (0...view.rank).contains(split) else {
      throw NodeFailure("axis", expected: "an axis of \(view.rank)", found: axis)
    }
    return [
      .activation(
        try reshaped(view, context, allowZero: true) { sample in
          let extents = view.extents(batch: FoldedConstant.batches[sample])
          return [extents[..<split].reduce(1, *), extents[split...].reduce(1, *)]
        })
    ]
  }

  private func squeeze(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "data")
    let all = (0..<view.rank).filter { axis in
      view.position(of: axis).map { view.dims[$0] == 1 } ?? (declaredBatch == 1)
    }
    let axes = try Axis.normalized(
      try context.integers(input: 1, orAttribute: "axes") ?? all, rank: view.rank)
    guard axes.allSatisfy(all.contains) else {
      throw NodeFailure(
        "axes", expected: "axes of extent 1 behind the batch of \(view.dims)", found: axes)
    }
    let kept = (0..<view.rank).filter { !axes.contains($0) }
    let dims = kept.compactMap(view.position(of:)).map { view.dims[$0] }
    var result = view
    if let axis = view.batchAxis, let place = kept.firstIndex(of: axis) {
      result.batch = .axis(place)
    } else {
      result.batch = BatchPlace(merging: dims, before: view.elementsBeforeBatch)
    }
    return viewed(context, result, as: dims)
  }

  private func unsqueeze(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "data")
    let given = try context.integers(input: 1, orAttribute: "axes") ?? []
    guard given.count <= 8, given.count + view.dims.count < ConstantTensor.maximumRank else {
      throw NodeFailure(
        "axes", expected: "at most 8, and \(ConstantTensor.maximumRank) axes in all",
        found: given.count)
    }
    let axes = try Axis.normalized(given, rank: view.rank + given.count)
    // The batch stands as nil among the others.
    var dims: [Int?] = view.dims
    if let axis = view.batchAxis { dims.insert(nil, at: axis) }
    for axis in axes.sorted() { dims.insert(1, at: axis) }
    var result = view
    switch view.batch {
    case .axis: result.batch = .axis(dims.firstIndex(of: nil) ?? 0)
    case .merged(let own, let outer):
      var place = own
      for axis in axes.sorted() where axis <= place { place += 1 }
      result.batch = .merged(axis: place, outer: outer)
    }
    return viewed(context, result, as: dims.compactMap(\.self))
  }

  private mutating func transpose(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "data")
    let rank = view.rank
    let order = try context.attributes.integers("perm") ?? (0..<rank).reversed()
    guard order.sorted() == Array(0..<rank) else {
      throw NodeFailure("perm", expected: "each of \(rank) axes once", found: order)
    }
    var result = try permuted(view, order.compactMap(view.position(of:)))
    result.isInteger = view.isInteger
    switch view.batch {
    case .axis(let axis): result.batch = .axis(order.firstIndex(of: axis) ?? 0)
    case .merged(let axis, let outer):
      result.batch = .merged(axis: order.firstIndex(of: axis) ?? 0, outer: outer)
    }
    result.origin = context.name()
    return [.activation(result)]
  }
}
