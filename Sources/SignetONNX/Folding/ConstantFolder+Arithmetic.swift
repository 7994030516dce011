import Foundation

/// Operators on two tensors, broadcast to each other, and reductions.
extension ConstantFolder {
  static let arithmeticRules: [String: Rule] = [
    "Add": { folder throws(NodeFailure) in try folder.binary(+, { $0 &+ $1 }) },
    "Sub": { folder throws(NodeFailure) in try folder.binary(-, { $0 &- $1 }) },
    "Mul": { folder throws(NodeFailure) in try folder.binary(*, { $0 &* $1 }) },
    "Div": { folder throws(NodeFailure) in
      try folder.requireNonZeroDivisor()
      return try folder.binary(/, { $0.dividedReportingOverflow(by: $1).partialValue })
    },
    "Mod": { folder throws(NodeFailure) in try folder.remainder() },
    "Pow": { folder throws(NodeFailure) in try folder.raise() },
    "Max": { folder throws(NodeFailure) in try folder.variadic(max, max) },
    "Min": { folder throws(NodeFailure) in try folder.variadic(min, min) },
    "Sum": { folder throws(NodeFailure) in try folder.variadic(+, { $0 &+ $1 }) },
    "BitwiseAnd": { folder throws(NodeFailure) in try folder.bits { $0 & $1 } },
    "BitwiseOr": { folder throws(NodeFailure) in try folder.bits { $0 | $1 } },
    "BitShift": { folder throws(NodeFailure) in try folder.shift() },
    "And": { folder throws(NodeFailure) in try folder.bits { $0 & $1 } },
    "Or": { folder throws(NodeFailure) in try folder.bits { $0 | $1 } },
    "Xor": { folder throws(NodeFailure) in try folder.bits { $0 ^ $1 } },
    "Equal": { folder throws(NodeFailure) in try folder.compare(==, ==) },
    "Less": { folder throws(NodeFailure) in try folder.compare(<, <) },
    "LessOrEqual": { folder throws(NodeFailure) in try folder.compare(<=, <=) },
    "Greater": { folder throws(NodeFailure) in try folder.compare(>, >) },
    "GreaterOrEqual": { folder throws(NodeFailure) in try folder.compare(>=, >=) },
    "Where": { folder throws(NodeFailure) in try folder.choose() },
    "QuantizeLinear": { folder throws(NodeFailure) in try folder.quantize() },
    "DequantizeLinear": { folder throws(NodeFailure) in try folder.dequantize() },
    "PRelu": { folder throws(NodeFailure) in
      try folder.binary(
        { x, slope in x > 0 ? x : slope * x }, { x, slope in x > 0 ? x : slope &* x })
    },
    "ReduceProd": { folder throws(NodeFailure) in try folder.reduce(1, *, 1, { $0 &* $1 }) },
    "ReduceSum": { folder throws(NodeFailure) in try folder.reduce(0, +, 0, { $0 &+ $1 }) },
    "ReduceMax": { folder throws(NodeFailure) in
      try folder.reduce(-.infinity, max, .min, max)
    },
    "ReduceMin": { folder throws(NodeFailure) in try folder.reduce(.infinity, min, .max, min) },
    "ReduceMean": { folder throws(NodeFailure) in try folder.mean() },
    "ReduceL1": { folder throws(NodeFailure) in
      try folder.reduce({ abs($0) }, then: { $0 })
    },
    "ReduceL2": { folder throws(NodeFailure) in
      try folder.reduce({ $0 * $0 }, then: { $0.squareRoot() })
    },
    "ReduceSumSquare": { folder throws(NodeFailure) in
      try folder.reduce({ $0 * $0 }, then: { $0 })
    },
    "ReduceLogSum": { folder throws(NodeFailure) in
      try folder.reduce({ $0 }, then: { log($0) })
    },
    "ReduceLogSumExp": { folder throws(NodeFailure) in
      try folder.reduce({ exp($0) }, then: { log($0) })
    },
  ]

  private mutating func operands() throws(NodeFailure) -> (
    left: ConstantTensor, right: ConstantTensor, dims: [Int]
  ) {
    let left = try input(0, "A")
    let right = try input(1, "B")
    guard let dims = Axis.broadcast(left.dims, right.dims) else {
      throw NodeFailure("B", expected: "a shape that fits \(left.dims)", found: right.dims)
    }
    guard (left.integers == nil) == (right.integers == nil) else {
      throw NodeFailure("B", expected: "\(left.type)", found: right.type)
    }
    _ = try budget.claim(dims, "B")
    return (left, right, dims)
  }

  static func broadcast<T>(_ values: [T], _ dims: [Int], to shape: [Int]) -> [T] {
    guard dims != shape else { return values }
    if values.count == 1 {
      return [T](repeating: values[0], count: shape.reduce(1, *))
    }
    return Axis.broadcastPositions(dims, to: shape).map { values[$0] }
  }

  private mutating func binary(
    _ float: (Float, Float) -> Float, _ integer: (Int64, Int64) -> Int64
  ) throws(NodeFailure) -> [ConstantTensor] {
    let (left, right, dims) = try operands()
    return [Self.combine(left, right, dims, float, integer)]
  }

  private static func combine(
    _ left: ConstantTensor, _ right: ConstantTensor, _ dims: [Int],
    _ float: (Float, Float) -> Float, _ integer: (Int64, Int64) -> Int64
  ) -> ConstantTensor {
    if let a = left.integers, let b = right.integers {
      let values = zip(broadcast(a, left.dims, to: dims), broadcast(b, right.dims, to: dims))
        .map { left.type.wrap(integer($0, $1)) }
      return ConstantTensor(dims: dims, integers: values, type: left.type)
    }
    let values = zip(
      broadcast(left.floats, left.dims, to: dims), broadcast(right.floats, right.dims, to: dims)
    ).map(float)
    return ConstantTensor(dims: dims, floats: values, type: left.type)
  }

  private mutating func variadic(
    _ float: (Float, Float) -> Float, _ integer: (Int64, Int64) -> Int64
  ) throws(NodeFailure) -> [ConstantTensor] {
    var result = try input(0, "data")
    for index in inputs.indices.dropFirst() {
      let next = try input(index, "data")
      guard let dims = Axis.broadcast(result.dims, next.dims) else {
        throw NodeFailure("data", expected: "shapes that fit \(result.dims)", found: next.dims)
      }
      _ = try budget.claim(dims)
      result = Self.combine(result, next, dims, float, integer)
    }
    return [result]
  }

  private mutating func requireNonZeroDivisor() throws(NodeFailure) {
    guard let divisors = optional(1)?.integers else { return }
    try budget.claimWork(divisors.count, "B")
    guard !divisors.contains(0) else {
      throw NodeFailure("B", expected: "divisors other than 0", found: 0)
    }
  }

  private mutating func remainder() throws(NodeFailure) -> [ConstantTensor] {
    try requireNonZeroDivisor()
    let truncates = try attributes.flag("fmod")
    return try binary(
      { a, b in
        let remainder = fmod(a, b)
        return !truncates && remainder != 0 && (remainder < 0) != (b < 0)
          ? remainder + b : remainder
      },
      { a, b in
        let remainder = a.remainderReportingOverflow(dividingBy: b).partialValue
        return !truncates && remainder != 0 && (remainder < 0) != (b < 0)
          ? remainder &+ b : remainder
      })
  }

  /// The exponent's type may be another than the base's, which is the result's.
  private mutating func raise() throws(NodeFailure) -> [ConstantTensor] {
    let base = try input(0, "X")
    let exponent = try input(1, "Y")
    guard (base.integers == nil) != (exponent.integers == nil) else {
      return try binary(pow, Self.power)
    }
    guard let dims = Axis.broadcast(base.dims, exponent.dims) else {
      throw NodeFailure("Y", expected: "a shape that fits \(base.dims)", found: exponent.dims)
    }
    try budget.claimWork(base.count + exponent.count, "Y")
    _ = try budget.claim(dims, "Y")
    let raised = Self.combine(base.asFloats, exponent.asFloats, dims, pow, Self.power)
    guard base.integers != nil else {
      return [ConstantTensor(dims: dims, floats: raised.floats, type: base.type)]
    }
    let whole = raised.floats.map { base.type.wrap(Int64(exactly: $0.rounded(.towardZero)) ?? 0) }
    return [ConstantTensor(dims: dims, integers: whole, type: base.type)]
  }

  private static func power(_ base: Int64, _ exponent: Int64) -> Int64 {
    Int64(exactly: pow(Double(base), Double(exponent)).rounded(.towardZero)) ?? 0
  }

  private mutating func bits(_ operation: (Int64, Int64) -> Int64) throws(NodeFailure)
    -> [ConstantTensor]
  {
    guard try input(0, "A").integers != nil else {
      throw NodeFailure("A", expected: "integers", found: try input(0, "A").type)
    }
    return try binary({ first, _ in first }, operation)
  }

  private mutating func shift() throws(NodeFailure) -> [ConstantTensor] {
    let direction = try attributes.string("direction") ?? ""
    guard direction == "LEFT" || direction == "RIGHT" else {
      throw NodeFailure("direction", expected: "LEFT or RIGHT", found: direction)
    }
    try budget.claimWork(try input(1, "Y").count, "Y")
    guard let amounts = try input(1, "Y").integers, amounts.allSatisfy({ $0 >= 0 }) else {
      throw NodeFailure("Y", expected: "shifts of 0 or more", found: "others")
    }
    if direction == "LEFT" { return try bits { $0 << $1 } }
    // Integers are kept as 64-bit signed ones; of these only uint64 is not its own value.
    let isWide = try input(0, "X").type == .uint64
    return try bits { isWide ? Int64(bitPattern: UInt64(bitPattern: $0) >> UInt64($1)) : $0 >> $1 }
  }

  private mutating func compare(
    _ float: (Float, Float) -> Bool, _ integer: (Int64, Int64) -> Bool
  ) throws(NodeFailure) -> [ConstantTensor] {
    let (left, right, dims) = try operands()
    let values: [Bool]
    if let a = left.integers, let b = right.integers {
      values = zip(
        Self.broadcast(a, left.dims, to: dims), Self.broadcast(b, right.dims, to: dims)
      ).map(integer)
    } else {
      values = zip(
        Self.broadcast(left.floats, left.dims, to: dims),
        Self.broadcast(right.floats, right.dims, to: dims)
      ).map(float)
    }
    return [ConstantTensor(dims: dims, integers: values.map { $0 ? 1 : 0 }, type: .bool)]
  }

  private mutating func choose() throws(NodeFailure) -> [ConstantTensor] {
    let (condition, chosen, other) = (
      try input(0, "condition"), try input(1, "X"), try input(2, "Y")
    )
    guard let flags = condition.integers,
      let pair = Axis.broadcast(chosen.dims, other.dims),
      let dims = Axis.broadcast(condition.dims, pair),
      (chosen.integers == nil) == (other.integers == nil)
    else {
      throw NodeFailure("X", expected: "shapes and types that fit", found: chosen.dims)
    }
    _ = try budget.claim(dims)
    let picks = Self.broadcast(flags, condition.dims, to: dims)
    func pick<T>(_ a: [T], _ b: [T]) -> [T] {
      let a = Self.broadcast(a, chosen.dims, to: dims)
      let b = Self.broadcast(b, other.dims, to: dims)
      return picks.indices.map { picks[$0] != 0 ? a[$0] : b[$0] }
    }
    if let a = chosen.integers, let b = other.integers {
      return [ConstantTensor(dims: dims, integers: pick(a, b), type: chosen.type)]
    }
    return [
      ConstantTensor(dims: dims, floats: pick(chosen.floats, other.floats), type: chosen.type)
    ]
  }

  /// `(x − zero point) · scale`, per tensor or along one axis.
  /// The axes a reduction runs over and whether they are kept as extents of 1.
  private func reductionAxes(_ rank: Int) throws(NodeFailure) -> (axes: [Int], keeps: Bool) {
    let given = try integers(input: 1, orAttribute: "axes") ?? []
    let keeps = try attributes.flag("keepdims", default: true)
    if try attributes.flag("noop_with_empty_axes"), given.isEmpty { return ([], keeps) }
    return (given.isEmpty ? Array(0..<rank) : try Axis.normalized(given, rank: rank), keeps)
  }

  private mutating func reduce(
    _ zero: Float, _ float: (Float, Float) -> Float,
    _ integerZero: Int64, _ integer: (Int64, Int64) -> Int64
  ) throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    let (axes, keeps) = try reductionAxes(data.dims.count)
    let kept = data.dims.indices.filter { !axes.contains($0) }
    let strides = Axis.strides(data.dims)
    let dims = data.dims.indices.compactMap {
      axes.contains($0) ? (keeps ? 1 : nil) : data.dims[$0]
    }
    // The walk is over all elements, however few are left of them.
    _ = try budget.claim(data.dims, "data")
    _ = try budget.claim(dims)
    let rows = Axis.positions(
      shape: kept.map { data.dims[$0] }, strides: kept.map { strides[$0] })
    let columns = Axis.positions(
      shape: axes.map { data.dims[$0] }, strides: axes.map { strides[$0] })
    if let values = data.integers {
      let bounds = data.type.bounds
      let integerZero = min(max(integerZero, bounds.lowerBound), bounds.upperBound)
      let sums = rows.map { row in
        columns.reduce(integerZero) { integer($0, values[row + $1]) }
      }
      return [
        ConstantTensor(dims: dims, integers: sums.map(data.type.wrap), type: data.type)
      ]
    }
    let values = data.floats
    let sums = rows.map { row in columns.reduce(zero) { float($0, values[row + $1]) } }
    return [ConstantTensor(dims: dims, floats: sums, type: data.type)]
  }

  /// A function of the sum of a function of floats.
  private mutating func reduce(
    _ before: (Float) -> Float, then after: (Float) -> Float
  ) throws(NodeFailure) -> [ConstantTensor] {
    let sum = try reduce(0, { $0 + before($1) }, 0, { sum, _ in sum })[0]
    guard sum.integers == nil else {
      throw NodeFailure("data", expected: "numbers of a float type", found: sum.type)
    }
    return [ConstantTensor(dims: sum.dims, floats: sum.floats.map(after), type: sum.type)]
  }

  private mutating func mean() throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "data")
    let sum = try reduce(0, +, 0, { $0 &+ $1 })[0]
    guard sum.integers == nil, sum.count > 0 else {
      throw NodeFailure("data", expected: "numbers of a float type", found: data.type)
    }
    let share = Float(data.count / sum.count)
    return [ConstantTensor(dims: sum.dims, floats: sum.floats.map { $0 / share }, type: sum.type)]
  }
}
