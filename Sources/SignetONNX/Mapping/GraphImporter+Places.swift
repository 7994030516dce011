import SignetModel

/// Operators that read or write elements at places the file states.
extension GraphImporter {
  static let placeMappings: [String: Mapping] = [
    "ScatterND": { importer, context throws(NodeFailure) in
      try importer.scatter(context) { indices, dims throws(NodeFailure) in
        try Places.rows(indices, in: dims)
      }
    },
    "ScatterElements": { importer, context throws(NodeFailure) in
      try importer.scatterElements(context)
    },
    "Scatter": { importer, context throws(NodeFailure) in try importer.scatterElements(context) },
    "GatherND": { importer, context throws(NodeFailure) in try importer.gatherTuples(context) },
    "OneHot": { importer, context throws(NodeFailure) in
      [.activation(try importer.oneHot(context))]
    },
    "Trilu": { importer, context throws(NodeFailure) in
      [.activation(try importer.triangle(context))]
    },
  ]

  /// Places within one sample that the same indices name in each of a batch's.
  ///
  /// - Parameters:
  ///   - indices: at every batch size, or one for all
  ///   - dims: extents of a sample
  ///   - find: rows in a tensor of the given extents, the batch counted
  private mutating func places(
    _ indices: FoldedConstant, in dims: [Int], _ find: RowFinder
  ) throws(NodeFailure) -> [Int] {
    try budget.claimWork(indices.byteCount, "indices")
    let length = dims.reduce(1, *)
    if let tensor = indices.tensor {
      guard declaredBatch == 1 else {
        throw NodeFailure(
          "indices", expected: "places in every sample", found: "the same for any batch")
      }
      return try elements(of: try find(tensor, [1] + dims))
    }
    var found: [[Int]] = []
    for (sample, batch) in zip(indices.samples, FoldedConstant.batches) {
      let places = try elements(of: try find(sample, [batch] + dims))
      let own = places.count / batch
      for image in 0..<batch {
        found.append(places[image * own..<(image + 1) * own].map { $0 - image * length })
      }
    }
    guard let first = found.first, found.allSatisfy({ $0 == first }),
      first.allSatisfy({ (0..<length).contains($0) })
    else {
      throw NodeFailure(
        "indices", expected: "the same places in every sample", found: "others")
    }
    return first
  }

  /// First places of rows in a tensor of the given extents, and the elements of each.
  private typealias RowFinder =
    (ConstantTensor, [Int]) throws(NodeFailure) -> (starts: [Int], length: Int)

  private mutating func elements(
    of rows: (starts: [Int], length: Int)
  ) throws(NodeFailure) -> [Int] {
    _ = try budget.claim([rows.starts.count, rows.length], "indices")
    return rows.starts.flatMap { $0..<$0 + rows.length }
  }

  private mutating func scatterElements(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let axis = try context.attributes.integer("axis") ?? 0
    return try scatter(context) { indices, dims throws(NodeFailure) in
      let place = try Axis.normalized(axis, rank: dims.count)
      return (try Places.elements(indices, in: dims, along: place), 1)
    }
  }

  /// Of data and updates side by side, each place of the result picks one.
  private mutating func scatter(
    _ context: NodeContext, _ find: RowFinder
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 3)
    let reduction = try ScatterReduction(context.attributes)
    guard let indices = context.input(1)?.constant else {
      throw NodeFailure("indices", expected: "a constant", found: "a computed value")
    }
    guard let beside = context.inputs.lazy.compactMap({ $0?.view }).first else {
      throw NodeFailure("data", expected: "a value computed from the image", found: "none")
    }
    let name = context.name()
    let data = try flat(context.input(0), beside: beside, "data", "\(name).data")
    let updates = try flat(context.input(2), beside: beside, "updates", "\(name).updates")
    let written = try places(indices, in: data.dims, find)
    guard written.count == updates.count else {
      throw NodeFailure(
        "updates", expected: "\(written.count) elements", found: Shape(updates.dims))
    }
    _ = try budget.claim([data.count])
    if let operation = reduction.operation {
      let reduced = try scatterReduced(
        name, data, updates, at: written, operation, neutral: reduction.neutral)
      return [.activation(reduced.reshaped(data.dims))]
    }
    var places = Array(0..<data.count)
    for (index, place) in written.enumerated() { places[place] = data.count + index }
    let joined = try emit(
      "\(name).joined", .concatenate,
      [
        try resolve(data.reshaped([data.count])), try resolve(updates.reshaped([updates.count])),
      ])
    let result = try selection(name, joined, axis: 0, places: places)
    return [.activation(result.reshaped(data.dims))]
  }

  /// A value whose elements lie in order; a constant becomes one.
  mutating func flat(
    _ input: ImportedValue?, beside view: View, _ attribute: String, _ name: String
  ) throws(NodeFailure) -> View {
    switch input {
    case .activation(let view)?: return try ordered(view)
    case .constant(let constant)?:
      let tensor = try constant.perImage(attribute).asFloats
      // Tuples that name the sample have updates without an axis for it.
      guard tensor.dims.first == 1 || declaredBatch == 1 else {
        throw NodeFailure(
          attribute, expected: "a constant for one sample", found: tensor.dims)
      }
      let dims = tensor.dims.first == 1 ? Array(tensor.dims.dropFirst()) : tensor.dims
      return try self.constant(tensor, dims: dims, beside: view, name)
    default: throw NodeFailure(attribute, expected: "a tensor", found: "another value")
    }
  }

  private mutating func gatherTuples(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation(0, "data")
    let shared = try context.attributes.integer("batch_dims") ?? 0
    guard let indices = context.input(1)?.constant else {
      throw NodeFailure("indices", expected: "a constant", found: "a computed value")
    }
    let found = try places(indices, in: view.dims) { indices, dims throws(NodeFailure) in
      try Places.rows(indices, in: dims, sharedAxes: shared)
    }
    let tuples = indices.samples[0].dims
    let rest = view.dims.dropFirst(shared + (tuples.last ?? 0) - 1)
    let whole = try ordered(view).reshaped([view.count])
    var result = try selection(context.name(), whole, axis: 0, places: found)
    // Without the batch in common the tuples name it, and the result has no axis for it.
    result = result.reshaped(Array(tuples.dropLast().dropFirst(shared > 0 ? 1 : 0) + rest))
    if shared == 0 { result.batch = BatchPlace(merging: result.dims, before: 1) }
    return [.activation(result)]
  }

  /// Each number compared with the places it may name.
  private mutating func oneHot(_ context: NodeContext) throws(NodeFailure) -> View {
    try context.requireInputs(atMost: 3)
    let view = try ordered(try context.activation(0, "indices"))
    let rank = view.dims.count
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? -1, rank: rank + 2)
    let places = try context.required(1, "depth").floats.first ?? 0
    let values = try context.required(2, "values").floats
    guard axis > 0, values.count == 2,
      (1...Float(NodeContext.maximumListLength)).contains(places)
    else {
      throw NodeFailure(
        "depth",
        expected: "1 to \(NodeContext.maximumListLength) places behind the batch, of two values",
        found: places)
    }
    let depth = Int(places)
    var dims = view.dims
    dims.insert(1, at: axis - 1)
    var range = [Int](repeating: 1, count: dims.count)
    range[axis - 1] = depth
    let name = context.name()
    let all = try constant(
      ConstantTensor(dims: range, floats: (0..<depth).map(Float.init)), dims: range, beside: view,
      "\(name).places")
    let column = view.reshaped(dims)
    let wanted = try fromStart(column, of: depth, context)
    let isHot = try combine(context, .binary(.equal), [wanted, all])
    let scaled = try scaling(
      isHot, by: FoldedConstant(ConstantTensor(dims: [], floats: [values[1] - values[0]])),
      context)
    let base = FoldedConstant(ConstantTensor(dims: [], floats: [values[0]]))
    return try adding(base, to: scaled, context, isOnly: false)
  }

  /// Places, of which those below 0 count from the end.
  mutating func fromStart(
    _ places: View, of extent: Int, _ context: NodeContext
  ) throws(NodeFailure) -> View {
    let name = context.name()
    let zero = try number(0, like: places.dims, beside: places, "\(name).start")
    let end = try number(Float(extent), like: places.dims, beside: places, "\(name).end")
    let isBelow = try combine(context, .binary(.less), [places, zero])
    let offset = try combine(context, .multiply, [isBelow, end])
    return try combine(context, .binary(.add), [places, offset])
  }

  /// One number that broadcasts to values of as many axes as `dims`.
  mutating func number(
    _ value: Float, like dims: [Int], beside view: View, _ name: String
  ) throws(NodeFailure) -> View {
    try constant(
      ConstantTensor(dims: [], floats: [value]), dims: dims.map { _ in 1 }, beside: view, name)
  }

  private mutating func triangle(_ context: NodeContext) throws(NodeFailure) -> View {
    try context.requireInputs(atMost: 2)
    let view = try context.activation(0, "input")
    let isUpper = try context.attributes.flag("upper", default: true)
    let offset = try context.constant(1, "k")?.integers?.first.map { Int(clamping: $0) } ?? 0
    guard view.dims.count >= 2, offset.magnitude < 1 << 31 else {
      throw NodeFailure("input", expected: "matrices behind the batch", found: view.dims)
    }
    let (rows, columns) = (view.dims[view.dims.count - 2], view.dims[view.dims.count - 1])
    _ = try budget.claim([rows, columns])
    let mask = (0..<rows * columns).map { place -> Float in
      let diagonal = place % columns - place / columns
      return (isUpper ? diagonal >= offset : diagonal <= offset) ? 1 : 0
    }
    let constant = FoldedConstant(ConstantTensor(dims: [rows, columns], floats: mask))
    return try scaling(view, by: constant, context)
  }
}
