import SignetModel

/// Operations along the axes of a grid: the value's elements under other extents, without the batch.
extension ProgramWriter {
  mutating func writeAlongAxes(
    _ node: Node, _ inputs: [ProgramValue]
  ) throws(ProgramProblem) -> ProgramValue {
    let input = inputs[0]
    let result: ProgramValue
    switch node.operation {
    case .transpose(let attributes):
      let grid = try grid(input, attributes.extents, node)
      result = append(
        "transpose", [("x", .value(grid)), ("perm", .integers(attributes.order))],
        extents: attributes.order.map { attributes.extents[$0] }, as: "\(node.name)_grid_result")
    case .reduce(let attributes):
      let grid = try grid(input, attributes.extents, node)
      result = append(
        attributes.function.operation,
        [
          ("x", .value(grid)), ("axes", .integers(attributes.axes)), ("keep_dims", .flag(true)),
        ],
        extents: attributes.extents.withOnes(at: attributes.axes),
        as: "\(node.name)_grid_result")
    case .argExtreme(let attributes):
      result = try write(attributes, node, try grid(input, attributes.extents, node))
    case .normalize(let attributes):
      result = write(attributes, node, try grid(input, attributes.extents, node))
    case .matrixProduct(let attributes):
      result = try write(attributes, node, inputs)
    case .region(let attributes):
      result = write(attributes, node, try grid(input, attributes.axes.map(\.extent), node))
    case .selection(let attributes):
      let grid = try grid(input, attributes.extents, node)
      result = gathered(
        grid, attributes.places, axis: attributes.axis, as: "\(node.name)_grid_result")
    default:
      return input
    }
    return reshaped(result, to: extents(of: node.name), as: node.name)
  }

  private mutating func grid(
    _ value: ProgramValue, _ extents: [Int], _ node: Node
  ) throws(ProgramProblem) -> ProgramValue {
    try checkRank(extents)
    return reshaped(value, to: extents, as: "\(node.name)_grid")
  }

  mutating func gathered(
    _ grid: ProgramValue, _ places: [Int], axis: Int, as name: String
  ) -> ProgramValue {
    var extents = grid.extents
    extents[axis] = places.count
    return append(
      "gather",
      [
        ("x", .value(grid)), ("indices", .integers(places)), ("axis", .integer(axis)),
        ("batch_dims", .integer(0)), ("validate_indices", .flag(false)),
      ], extents: extents, as: name)
  }

  private mutating func write(
    _ extreme: ArgExtreme, _ node: Node, _ grid: ProgramValue
  ) throws(ProgramProblem) -> ProgramValue {
    guard extreme.extents[extreme.axis] <= precision.largestPlace else {
      throw ProgramProblem(
        "places are counted to \(precision.largestPlace) in \(precision.rawValue), found "
          + "\(extreme.extents[extreme.axis]) (--precision)")
    }
    let extents = extreme.extents.withOnes(at: [extreme.axis])
    // Core ML takes the first of equal numbers: the last is the first from behind.
    let last = extreme.extents[extreme.axis] - 1
    let looked =
      extreme.takesLast
      ? gathered(
        grid, (0...last).reversed(), axis: extreme.axis, as: "\(node.name)_reversed") : grid
    let place = append(
      extreme.isMaximum ? "reduce_argmax" : "reduce_argmin",
      [("x", .value(looked)), ("axis", .integer(extreme.axis)), ("keep_dims", .flag(true))],
      extents: extents, type: .int32, as: "\(node.name)_place")
    let counted = number(place, as: "\(node.name)_number")
    return extreme.takesLast
      ? binary(
        "sub", .number(Float(last)), .value(counted), extents, as: "\(node.name)_grid_result")
      : counted
  }

  private mutating func write(
    _ normalization: Normalization, _ node: Node, _ grid: ProgramValue
  ) -> ProgramValue {
    let name = node.name
    let extents = grid.extents
    let reduced = extents.withOnes(at: normalization.axes)
    func mean(
      _ value: ProgramValue, _ suffix: String, _ writer: inout ProgramWriter
    ) -> ProgramValue {
      writer.append(
        "reduce_mean",
        [
          ("x", .value(value)), ("axes", .integers(normalization.axes)),
          ("keep_dims", .flag(true)),
        ], extents: reduced, as: name + suffix)
    }
    let centre = mean(grid, "_mean", &self)
    let centred = binary("sub", .value(grid), .value(centre), extents, as: "\(name)_centred")
    let squares = binary("mul", .value(centred), .value(centred), extents, as: "\(name)_squares")
    let variance = mean(squares, "_variance", &self)
    let raised = binary(
      "add", .value(variance), .number(normalization.epsilon), reduced, as: "\(name)_raised")
    let deviation = append(
      "sqrt", [("x", .value(raised))], extents: reduced, as: "\(name)_deviation")
    return binary(
      "real_div", .value(centred), .value(deviation), extents, as: "\(name)_grid_result")
  }

  private mutating func write(
    _ product: MatrixProduct, _ node: Node, _ inputs: [ProgramValue]
  ) throws(ProgramProblem) -> ProgramValue {
    let left = reshaped(
      inputs[0], to: [product.batch, product.rows, product.inner], as: "\(node.name)_left")
    let right = reshaped(
      inputs[1], to: [product.batch, product.inner, product.columns], as: "\(node.name)_right")
    return append(
      "matmul",
      [
        ("x", .value(left)), ("y", .value(right)), ("transpose_x", .flag(false)),
        ("transpose_y", .flag(false)),
      ], extents: [product.batch, product.rows, product.columns], as: "\(node.name)_product")
  }

  /// A slice where elements follow at one distance, else the places themselves.
  private mutating func write(
    _ region: Region, _ node: Node, _ grid: ProgramValue
  ) -> ProgramValue {
    var value = grid
    let isSliced = region.axes.map { $0.step > 0 && $0.repeats == 1 }
    let begin = zip(region.axes, isSliced).map { $1 ? $0.start : 0 }
    let end = zip(region.axes, isSliced).map { axis, isSliced in
      isSliced ? axis.start + (axis.count - 1) * axis.step + 1 : axis.extent
    }
    let stride = zip(region.axes, isSliced).map { $1 ? $0.step : 1 }
    if zip(region.axes, isSliced).contains(where: { $1 && $0.length != $0.extent }) {
      let extents = zip(region.axes, isSliced).map { $1 ? $0.length : $0.extent }
      value = sliced(
        value, begin: begin, end: end, stride: stride, extents: extents,
        as: "\(node.name)_sliced")
    }
    for (index, axis) in region.axes.enumerated() where !isSliced[index] {
      value = gathered(
        value, (0..<axis.length).map(axis.source(of:)), axis: index,
        as: "\(node.name)_axis_\(index)")
    }
    return value
  }
}

extension [Int] {
  /// The extents with those at some axes replaced by 1.
  fileprivate func withOnes(at axes: [Int]) -> [Int] {
    enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
  }
}

extension Reduction.Function {
  fileprivate var operation: String {
    switch self {
    case .sum: "reduce_sum"
    case .mean: "reduce_mean"
    case .maximum: "reduce_max"
    case .minimum: "reduce_min"
    case .product: "reduce_prod"
    case .sumOfSquares: "reduce_sum_square"
    case .l1: "reduce_l1_norm"
    case .l2: "reduce_l2_norm"
    case .logSum: "reduce_log_sum"
    case .logSumExp: "reduce_log_sum_exp"
    }
  }
}
