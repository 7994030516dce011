import SignetModel

/// Operators that read or write elements at places, or say which places they are.
extension ConstantFolder {
  static let placeRules: [String: Rule] = [
    "GatherElements": { folder throws(NodeFailure) in
      let (data, indices) = (try folder.input(0, "data"), try folder.input(1, "indices"))
      let axis = try folder.axis(of: data, default: 0)
      _ = try folder.budget.claim(indices.dims)
      let places = try Places.elements(indices, in: data.dims, along: axis)
      return [data.gathering(places, dims: indices.dims)]
    },
    "GatherND": { folder throws(NodeFailure) in
      let (data, indices) = (try folder.input(0, "data"), try folder.input(1, "indices"))
      let shared = try folder.attributes.integer("batch_dims") ?? 0
      let (starts, length) = try Places.rows(indices, in: data.dims, sharedAxes: shared)
      let dims =
        indices.dims.dropLast()
        + data.dims.suffix(data.dims.count - shared - (indices.dims.last ?? 0))
      _ = try folder.budget.claim(Array(dims))
      return [
        data.gathering(starts.flatMap { $0..<$0 + length }, dims: Array(dims))
      ]
    },
    "ScatterElements": { folder throws(NodeFailure) in try folder.scatterElements() },
    "Scatter": { folder throws(NodeFailure) in try folder.scatterElements() },
    "ScatterND": { folder throws(NodeFailure) in
      let (data, indices) = (try folder.input(0, "data"), try folder.input(1, "indices"))
      let (starts, length) = try Places.rows(indices, in: data.dims)
      try folder.budget.claimWork(data.count)
      _ = try folder.budget.claim([starts.count, length])
      return [try folder.scattered(data, at: starts.flatMap { $0..<$0 + length })]
    },
    "NonZero": { folder throws(NodeFailure) in
      let data = try folder.input(0, "X")
      _ = try folder.budget.claim(data.dims)
      let isNonZero = data.integers?.map { $0 != 0 } ?? data.floats.map { $0 != 0 }
      let places = isNonZero.indices.filter { isNonZero[$0] }
      let strides = Axis.strides(data.dims)
      _ = try folder.budget.claim([data.dims.count, places.count])
      let values = data.dims.indices.flatMap { axis in
        places.map { Int64($0 / strides[axis] % data.dims[axis]) }
      }
      return [ConstantTensor(dims: [data.dims.count, places.count], integers: values)]
    },
    "OneHot": { folder throws(NodeFailure) in try folder.oneHot() },
    "EyeLike": { folder throws(NodeFailure) in
      let data = try folder.input(0, "input")
      let type = try folder.attributes.integer("dtype").map { code throws(NodeFailure) in
        try ElementType.named(by: code)
      }
      return [
        try folder.banded(data.dims, type ?? data.type) { row, column, offset in
          column - row == offset ? 1 : 0
        }
      ]
    },
    "Trilu": { folder throws(NodeFailure) in try folder.triangle() },
    "CumSum": { folder throws(NodeFailure) in try folder.runningSum() },
    "ArgMax": { folder throws(NodeFailure) in try folder.argExtreme(isMaximum: true) },
    "ArgMin": { folder throws(NodeFailure) in try folder.argExtreme(isMaximum: false) },
  ]

  private func axis(of data: ConstantTensor, default fallback: Int) throws(NodeFailure) -> Int {
    try Axis.normalized(try attributes.integer("axis") ?? fallback, rank: data.dims.count)
  }

  private mutating func scatterElements() throws(NodeFailure) -> [ConstantTensor] {
    let (data, indices) = (try input(0, "data"), try input(1, "indices"))
    let axis = try axis(of: data, default: 0)
    try budget.claimWork(data.count)
    _ = try budget.claim(indices.dims)
    return [
      try scattered(data, at: try Places.elements(indices, in: data.dims, along: axis))
    ]
  }

  /// A tensor with the elements of the third input put to `places`, the last of several
  /// winning, or reduced with what stands there.
  private func scattered(
    _ data: ConstantTensor, at places: [Int]
  ) throws(NodeFailure) -> ConstantTensor {
    let updates = try input(2, "updates")
    let reduction = try ScatterReduction(attributes)
    guard updates.count == places.count, (updates.integers == nil) == (data.integers == nil) else {
      throw NodeFailure("updates", expected: "\(places.count) elements", found: updates.dims)
    }
    func scatter<T>(_ values: [T], _ new: [T], _ reduce: (T, T) -> T) -> [T] {
      var values = values
      for (place, value) in zip(places, new) { values[place] = reduce(values[place], value) }
      return values
    }
    if let values = data.integers, let new = updates.integers {
      let results = scatter(values, new) { data.type.wrap(reduction($0, $1)) }
      return ConstantTensor(dims: data.dims, integers: results, type: data.type)
    }
    let results = scatter(data.floats, updates.floats) { reduction($0, $1) }
    return ConstantTensor(dims: data.dims, floats: results, type: data.type)
  }

  private mutating func oneHot() throws(NodeFailure) -> [ConstantTensor] {
    let (indices, depth, values) = (
      try input(0, "indices"), try input(1, "depth"), try input(2, "values")
    )
    guard let count = depth.floats.first,
      (1...Float(NodeContext.maximumListLength)).contains(count),
      values.count == 2
    else {
      throw NodeFailure(
        "depth", expected: "1 to \(NodeContext.maximumListLength), and two values",
        found: depth.floats.first ?? 0)
    }
    let extent = Int(count)
    let axis = try Axis.normalized(
      try attributes.integer("axis") ?? -1, rank: indices.dims.count + 1)
    var dims = indices.dims
    dims.insert(extent, at: axis)
    _ = try budget.claim(dims)
    let inner = indices.dims[axis...].reduce(1, *)
    let numbers = indices.floats
    let isHot = (0..<dims.reduce(1, *)).map { place -> Int in
      let (outer, rest) = place.quotientAndRemainder(dividingBy: extent * inner)
      let number = numbers[outer * inner + rest % inner]
      let wanted = number < 0 ? number + count : number
      return wanted == Float(rest / inner) ? 1 : 0
    }
    return [values.gathering(isHot, dims: dims)]
  }

  /// A matrix of whole numbers that follow from row, column and the attribute `k`.
  private mutating func banded(
    _ dims: [Int], _ type: ElementType, _ value: (Int, Int, Int) -> Int64
  ) throws(NodeFailure) -> ConstantTensor {
    guard dims.count == 2 else {
      throw NodeFailure("input", expected: "a matrix", found: dims)
    }
    _ = try budget.claim(dims)
    let offset = try attributes.integer("k") ?? 0
    let values = (0..<dims[0]).flatMap { row in
      (0..<dims[1]).map { value(row, $0, offset) }
    }
    return type.isFloat
      ? ConstantTensor(dims: dims, floats: values.map(Float.init), type: type)
      : ConstantTensor(dims: dims, integers: values, type: type)
  }

  private mutating func triangle() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "input")
    let isUpper = try attributes.flag("upper", default: true)
    let offset = optional(1)?.integers?.first.map { Int(clamping: $0) } ?? 0
    guard data.dims.count >= 2, offset.magnitude < 1 << 31 else {
      throw NodeFailure("input", expected: "matrices", found: data.dims)
    }
    _ = try budget.claim(data.dims)
    let columns = data.dims[data.dims.count - 1]
    let rows = data.dims[data.dims.count - 2]
    func isKept(_ place: Int) -> Bool {
      let diagonal = place % columns - place / columns % rows
      return isUpper ? diagonal >= offset : diagonal <= offset
    }
    if let values = data.integers {
      let kept = values.indices.map { isKept($0) ? values[$0] : 0 }
      return [ConstantTensor(dims: data.dims, integers: kept, type: data.type)]
    }
    let values = data.floats
    let kept = values.indices.map { isKept($0) ? values[$0] : 0 }
    return [ConstantTensor(dims: data.dims, floats: kept, type: data.type)]
  }

  private mutating func runningSum() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "x")
    guard let given = try integers(1, "axis").first else {
      throw NodeFailure("axis", expected: "one axis", found: "none")
    }
    let axis = try Axis.normalized(given, rank: data.dims.count)
    let isExclusive = try attributes.flag("exclusive")
    let isReverse = try attributes.flag("reverse")
    _ = try budget.claim(data.dims)
    let stride = Axis.strides(data.dims)[axis]
    let extent = data.dims[axis]
    func sums<T: AdditiveArithmetic>(_ values: [T], _ add: (T, T) -> T) -> [T] {
      var result = values
      let starts = values.indices.filter { $0 / stride % extent == 0 }
      for start in starts {
        var sum = T.zero
        for step in isReverse ? Array((0..<extent).reversed()) : Array(0..<extent) {
          let place = start + step * stride
          let next = add(sum, values[place])
          result[place] = isExclusive ? sum : next
          sum = next
        }
      }
      return result
    }
    if let values = data.integers {
      let results = sums(values, &+).map(data.type.wrap)
      return [ConstantTensor(dims: data.dims, integers: results, type: data.type)]
    }
    return [ConstantTensor(dims: data.dims, floats: sums(data.floats, +), type: data.type)]
  }

  private mutating func argExtreme(isMaximum: Bool) throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    let axis = try axis(of: data, default: 0)
    let keeps = try attributes.flag("keepdims", default: true)
    let takesLast = try attributes.flag("select_last_index")
    _ = try budget.claim(data.dims)
    let strides = Axis.strides(data.dims)
    let others = data.dims.indices.filter { $0 != axis }
    let starts = Axis.positions(
      shape: others.map { data.dims[$0] }, strides: others.map { strides[$0] })
    let values = data.floats
    let found = starts.map { start -> Int64 in
      var best = 0
      for place in 0..<data.dims[axis] {
        let (one, other) = (
          values[start + place * strides[axis]], values[start + best * strides[axis]]
        )
        let isBetter = isMaximum ? one > other : one < other
        if isBetter || takesLast && one == other { best = place }
      }
      return Int64(best)
    }
    let dims = data.dims.indices.compactMap { $0 == axis ? (keeps ? 1 : nil) : data.dims[$0] }
    return [ConstantTensor(dims: dims, integers: found)]
  }
}
