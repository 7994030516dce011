import SignetModel

/// Operators whose results stand where other values say, made of comparisons and sums: a place along
/// an axis is compared with every place there is.
extension GraphImporter {
  static let rankingMappings: [String: Mapping] = [
    "CumSum": { importer, context throws(NodeFailure) in try importer.runningSum(context) },
    "GatherElements": { importer, context throws(NodeFailure) in
      try importer.gatherElements(context)
    },
    "TopK": { importer, context throws(NodeFailure) in try importer.largest(context) },
  ]

  /// A value as a matrix: all axes but one as rows.
  private mutating func rows(_ view: View, along axis: Int) throws(NodeFailure) -> View {
    let rank = view.dims.count
    let order = (0..<rank).filter { $0 != axis } + [axis]
    let moved = try ordered(try permuted(try ordered(view), order))
    return moved.reshaped([view.count / view.dims[axis], view.dims[axis]])
  }

  /// The opposite of ``rows(_:along:)``: as many columns as the axis of the result has elements.
  private mutating func restored(
    _ rows: View, _ dims: [Int], along axis: Int
  ) throws(NodeFailure) -> View {
    var others = dims
    others.remove(at: axis)
    let grid = try ordered(rows).reshaped(others + [rows.dims[rows.dims.count - 1]])
    let last = others.count
    return try permuted(grid, Array(0..<axis) + [last] + Array(axis..<last))
  }

  /// The numbers 0, 1, 2, … along the last axis or the one before it.
  private mutating func places(
    _ count: Int, isColumn: Bool, beside view: View, _ name: String
  ) throws(NodeFailure) -> View {
    guard count <= NodeContext.maximumListLength else {
      throw NodeFailure(
        "axis", expected: "at most \(NodeContext.maximumListLength) places", found: count)
    }
    let values = ConstantTensor(dims: [count], floats: (0..<count).map(Float.init))
    return try constant(
      values, dims: isColumn ? [1, count, 1] : [1, 1, count], beside: view, name)
  }

  private func axis(
    _ context: NodeContext, of view: View, default fallback: Int
  ) throws(NodeFailure) -> Int {
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? fallback, rank: view.dims.count + 1)
    guard axis > 0 else {
      throw NodeFailure("axis", expected: "an axis other than the batch", found: axis)
    }
    return axis - 1
  }

  /// Sums over 1, 2, 4, … neighbours, each made of two of the one before it.
  private mutating func runningSum(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation(0, "x")
    let given = try context.integers(input: 1, orAttribute: "axis") ?? []
    guard given.count == 1, let first = given.first else {
      throw NodeFailure("axis", expected: "one axis", found: given)
    }
    let axis = try Axis.normalized(first, rank: view.dims.count + 1) - 1
    guard axis >= 0 else {
      throw NodeFailure("axis", expected: "an axis other than the batch", found: axis + 1)
    }
    let isReverse = try context.attributes.flag("reverse")
    let name = context.name()
    var sums = try rows(view, along: axis)
    if try context.attributes.flag("exclusive") {
      sums = try shifted("\(name).exclusive", sums, by: 1, isReverse: isReverse)
    }
    var reach = 1
    while reach < view.dims[axis] {
      let moved = try shifted("\(name).shifted", sums, by: reach, isReverse: isReverse)
      sums = try combine(context, .add, [sums, moved])
      reach *= 2
    }
    return [.activation(try restored(sums, view.dims, along: axis))]
  }

  /// The rows moved to the right, or to the left, with zeros behind them.
  private mutating func shifted(
    _ name: String, _ rows: View, by count: Int, isReverse: Bool
  ) throws(NodeFailure) -> View {
    let (height, width) = (rows.dims[0], rows.dims[1])
    let input = try resolve(rows, as: .map(1, height, width))
    // Padded before it is cut, so that a shift by the whole width leaves zeros.
    let padding =
      isReverse
      ? Padding2D(top: 0, left: 0, bottom: 0, right: count)
      : Padding2D(top: 0, left: count, bottom: 0, right: 0)
    let padded = try emit("\(name).padded", .pad(Pad(spatial: padding)), [input])
    let start = isReverse ? count : 0
    let slice = StridedSlice(width: .init(start: start, end: start + width))
    return try emit(name, .slice(slice), [padded.node]).reshaped(rows.dims)
  }

  private mutating func gatherElements(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    let view = try context.activation(0, "data")
    let axis = try axis(context, of: view, default: 0)
    switch context.input(1) {
    case .constant(let constant)?:
      try budget.claimWork(constant.byteCount, "indices")
      return [.activation(try gathered(context, view, axis, try constant.perImage("indices")))]
    case .activation(let indices)?:
      return [.activation(try gathered(context, view, axis, indices))]
    default:
      throw NodeFailure("indices", expected: "a tensor", found: "another value")
    }
  }

  /// Elements at places that the file states.
  private mutating func gathered(
    _ context: NodeContext, _ view: View, _ axis: Int, _ indices: ConstantTensor
  ) throws(NodeFailure) -> View {
    let dims = Array(indices.dims.dropFirst())
    guard indices.dims.first == 1, indices.count <= NodeContext.maximumListLength,
      !dims.contains(0)
    else {
      throw NodeFailure(
        "indices", expected: "integers within N×\(Shape(view.dims)), the same for each image",
        found: indices.dims)
    }
    let places = try Places.elements(indices, in: [1] + view.dims, along: axis + 1)
    let whole = try ordered(view).reshaped([view.count])
    return try selection(context.name(), whole, axis: 0, places: places).reshaped(dims)
  }

  /// Elements at places that are computed: of all along the axis, the one whose place it is.
  private mutating func gathered(
    _ context: NodeContext, _ view: View, _ axis: Int, _ indices: View
  ) throws(NodeFailure) -> View {
    let name = context.name()
    var ranges = view.dims.map { StridedSlice.Axis(start: 0, end: $0) }
    guard indices.dims.count == view.dims.count else {
      throw NodeFailure("indices", expected: "as many axes as data", found: indices.dims)
    }
    for other in ranges.indices where other != axis {
      guard indices.dims[other] <= view.dims[other] else {
        throw NodeFailure("indices", expected: "extents within \(view.dims)", found: indices.dims)
      }
      ranges[other].end = indices.dims[other]
    }
    let data = try rows(try sliced("\(name).data", view, ranges), along: axis)
    let wanted = try rows(indices, along: axis)
    let (count, length, width) = (data.dims[0], data.dims[1], wanted.dims[1])
    let column = wanted.reshaped([count, width, 1])
    let zero = try number(0, like: column.dims, beside: view, "\(name).zero")
    let place = try fromStart(column, of: length, context)
    let all = try places(length, isColumn: false, beside: view, "\(name).places")
    let isMeant = try combine(context, .binary(.equal), [place, all])
    let found = try chosen(context, isMeant, data.reshaped([count, 1, length]), zero)
    return try restored(found.reshaped([count, width]), indices.dims, along: axis)
  }

  /// The one element of each row for which the condition holds.
  ///
  /// - Parameters:
  ///   - condition: rows × results × elements
  ///   - values: the same, or with extents of 1
  private mutating func chosen(
    _ context: NodeContext, _ condition: View, _ values: View, _ zero: View
  ) throws(NodeFailure) -> View {
    let kept = try combine(context, .select, [condition, values, zero])
    return try reduced("\(context.name()).chosen", kept, .sum, axes: [2], keeps: false)
  }

  /// The largest or smallest numbers and their places, in order: a number's rank is how many come
  /// before it.
  private mutating func largest(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 2)
    context.attributes.ignore("sorted")
    let view = try context.activation()
    let axis = try axis(context, of: view, default: -1)
    let isLargest = try context.attributes.flag("largest", default: true)
    let length = view.dims[axis]
    guard let count = try context.integers(input: 1, orAttribute: "k")?.first,
      (1...length).contains(count)
    else {
      throw NodeFailure("K", expected: "1 to \(length)", found: "another number")
    }
    let name = context.name()
    let matrix = try rows(view, along: axis)
    let columns = try ordered(matrix).reshaped([matrix.dims[0], length, 1])
    let across = matrix.reshaped([matrix.dims[0], 1, length])
    let own = try places(length, isColumn: true, beside: view, "\(name).own")
    let all = try places(length, isColumn: false, beside: view, "\(name).places")
    let isBefore = try combine(
      context, .binary(isLargest ? .greater : .less), [across, columns])
    let isSame = try combine(context, .binary(.equal), [across, columns])
    // Of equal numbers the first comes first.
    let isEarlier = try combine(context, .binary(.less), [all, own])
    let isFirst = try combine(context, .binary(.and), [isSame, isEarlier])
    let comesFirst = try combine(context, .binary(.or), [isBefore, isFirst])
    let rank = try reduced("\(name).rank", comesFirst, .sum, axes: [2], keeps: false)
    let wanted = try places(count, isColumn: true, beside: view, "\(name).wanted")
    let isMeant = try combine(
      context, .binary(.equal), [rank.reshaped([matrix.dims[0], 1, length]), wanted])
    let zero = try number(0, like: across.dims, beside: view, "\(name).zero")
    var results: [ImportedValue] = []
    for values in [across, all] {
      let found = try chosen(context, isMeant, values, zero)
      let rows = found.reshaped([matrix.dims[0], count])
      results.append(.activation(try restored(rows, view.dims, along: axis)))
    }
    return results
  }
}
