import CSignetKernels
import SignetModel

extension Lowering {
  /// Steps that resample, or run along the rows of a matrix.
  mutating func lowerGrid(_ step: PlannedStep) throws(EngineError) {
    let layer = step.nodes.first?.name ?? "value"
    switch step.work {
    case .spread(let stride, let input, let out):
      let arguments = signet_spread(
        in: lowered(input), out: lowered(out), stride_height: try int32(stride.height, layer),
        stride_width: try int32(stride.width, layer))
      try append(
        step, "spread", arguments, signet_spread_run, out: out, cost: out.elements / 4,
        set: "plain")
    case .resize(let work):
      let (rows, columns) = (try axis(work.rows, layer), try axis(work.columns, layer))
      let arguments = signet_resize(
        in: lowered(work.input), out: lowered(work.out), rows: rows, columns: columns,
        outside: work.outside)
      try append(
        step, "resize", arguments, table.resize, out: work.out,
        cost: work.out.elements * Int(rows.taps * columns.taps) / 4)
    case .gridSample(let attributes, let input, let places, let out):
      let arguments = signet_grid_sample(
        in: lowered(input), places: lowered(places), out: lowered(out), mode: attributes.mode.code,
        padding: attributes.padding.code, aligns_corners: attributes.alignsCorners)
      try append(
        step, "grid_sample", arguments, signet_grid_sample_run, out: out, cost: out.elements,
        set: "plain")
    case .fill(let values, let out):
      let arguments = signet_fill(out: lowered(out), values: try memory.array(values, for: layer))
      try append(
        step, "fill", arguments, signet_fill_run, out: out, cost: out.elements / 8, set: "plain")
    case .reduce(let function, let input, let out):
      let arguments = signet_reduce(
        in: lowered(input), out: lowered(out), function: function.code)
      try append(
        step, "reduce", arguments, signet_reduce_run, out: out, cost: input.elements,
        set: "plain")
    case .normalize(let epsilon, let input, let out):
      let arguments = signet_normalize(in: lowered(input), out: lowered(out), epsilon: epsilon)
      try append(
        step, "normalize", arguments, signet_normalize_run, out: out, cost: input.elements * 2,
        set: "plain")
    case .matrixProduct(let rows, let left, let right, let out):
      let arguments = signet_matrix_product(
        left: lowered(left), right: lowered(right), out: lowered(out),
        rows: try int32(rows, layer))
      try append(
        step, "matrix_product", arguments, signet_matrix_product_run, out: out,
        cost: out.elements * left.channels / 8, set: "plain")
    default:
      throw .missingValue(layer: layer)
    }
  }

  /// The same number of taps for every element, those that are missing of no weight.
  private func axis(
    _ taps: [[Resize.Tap]], _ layer: String
  ) throws(EngineError) -> signet_resize_axis {
    let most = max(1, taps.map(\.count).max() ?? 1)
    var places = [Int32](repeating: 0, count: taps.count * most)
    var weights = [Float](repeating: 0, count: taps.count * most)
    for (element, taps) in taps.enumerated() {
      if taps.isEmpty { places[element * most] = -1 }
      for (index, tap) in taps.enumerated() {
        places[element * most + index] = try int32(tap.index, layer)
        weights[element * most + index] = tap.weight
      }
    }
    return signet_resize_axis(
      taps: try int32(most, layer), places: try memory.array(places, for: layer),
      weights: try memory.array(weights, for: layer))
  }
}

extension Resize.Mode {
  fileprivate var code: signet_sample_mode {
    switch self {
    case .nearest: SIGNET_SAMPLE_NEAREST
    case .linear: SIGNET_SAMPLE_LINEAR
    case .cubic: SIGNET_SAMPLE_CUBIC
    }
  }
}

extension GridSample.Padding {
  fileprivate var code: signet_sample_padding {
    switch self {
    case .zeros: SIGNET_SAMPLE_ZEROS
    case .border: SIGNET_SAMPLE_BORDER
    case .reflection: SIGNET_SAMPLE_REFLECTION
    }
  }
}

extension ReduceKernel {
  fileprivate var code: signet_reduce_function {
    switch self {
    case .number(let function):
      switch function {
      case .sum: SIGNET_REDUCE_SUM
      case .mean: SIGNET_REDUCE_MEAN
      case .maximum: SIGNET_REDUCE_MAXIMUM
      case .minimum: SIGNET_REDUCE_MINIMUM
      case .product: SIGNET_REDUCE_PRODUCT
      case .sumOfSquares: SIGNET_REDUCE_SUM_OF_SQUARES
      case .l1: SIGNET_REDUCE_L1
      case .l2: SIGNET_REDUCE_L2
      case .logSum: SIGNET_REDUCE_LOG_SUM
      case .logSumExp: SIGNET_REDUCE_LOG_SUM_EXP
      }
    case .place(let isMaximum, let takesLast):
      isMaximum
        ? (takesLast ? SIGNET_ARG_MAXIMUM_LAST : SIGNET_ARG_MAXIMUM)
        : (takesLast ? SIGNET_ARG_MINIMUM_LAST : SIGNET_ARG_MINIMUM)
    }
  }
}
