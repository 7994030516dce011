import SignetModel

/// Borders and sizes of maps.
extension ProgramWriter {
  mutating func write(_ pad: Pad, _ node: Node, _ input: ProgramValue) -> ProgramValue {
    let channels = [pad.channelsBefore, pad.channelsAfter]
    let spatial = pad.spatial.list
    let (amounts, mode): ([Int], String)
    switch pad.mode {
    case .constant: (amounts, mode) = ([0, 0] + channels + spatial, "constant")
    case .edge where channels == [0, 0]: (amounts, mode) = (spatial, "replicate")
    case .reflect where channels == [0, 0]: (amounts, mode) = (spatial, "reflect")
    case .edge, .reflect, .wrap: return gathered(pad, node, input, channels + spatial)
    }
    return append(
      "pad",
      [
        ("x", .value(input)), ("pad", .integers(amounts)), ("mode", .text(mode)),
        ("constant_val", .number(pad.value)),
      ], extents: extents(of: node.name), as: node.name)
  }

  /// What Core ML does not pad is picked, element for element along each axis.
  private mutating func gathered(
    _ pad: Pad, _ node: Node, _ input: ProgramValue, _ amounts: [Int]
  ) -> ProgramValue {
    var value = input
    for axis in 1...3 {
      let (before, after) = (amounts[2 * axis - 2], amounts[2 * axis - 1])
      guard before + after > 0 else { continue }
      let places = pad.mode.sources(
        extent: input.extents[axis], before: before, after: after)
      value = gathered(
        value, places.compactMap(\.self), axis: axis, as: "\(node.name)_axis_\(axis)")
    }
    return value
  }

  mutating func write(
    _ slice: StridedSlice, _ node: Node, _ input: ProgramValue
  ) -> ProgramValue {
    let axes = [slice.channels, slice.height, slice.width]
    let ends = zip(axes, input.extents.dropFirst()).map { axis, extent in
      min(axis.end ?? extent, extent)
    }
    return sliced(
      input, begin: [0] + axes.map(\.start), end: [1] + ends, stride: [1] + axes.map(\.step),
      extents: extents(of: node.name), as: node.name)
  }

  mutating func sliced(
    _ input: ProgramValue, begin: [Int], end: [Int], stride: [Int], extents: [Int], as name: String
  ) -> ProgramValue {
    append(
      "slice_by_index",
      [
        ("x", .value(input)), ("begin", .integers(begin)), ("end", .integers(end)),
        ("stride", .integers(stride)),
        ("begin_mask", .flags(begin.map { _ in false })),
        ("end_mask", .flags(begin.map { _ in false })),
        ("squeeze_mask", .flags(begin.map { _ in false })),
      ], extents: extents, as: name)
  }

  /// A transposed convolution with a filter of a single one per channel.
  mutating func writeSpread(
    _ stride: Size2D, _ node: Node, _ input: ProgramValue
  ) throws(ProgramProblem) -> ProgramValue {
    let channels = input.extents[1]
    let ones = try constant(
      [Float](repeating: 1, count: channels), extents: [channels, 1, 1, 1],
      as: "\(node.name)_ones")
    let extents = extents(of: node.name)
    return append(
      "conv_transpose",
      [
        ("x", .value(input)), ("weight", .value(ones)), ("strides", .integers(stride.list)),
        ("pad_type", .text("custom")), ("pad", .integers([0, 0, 0, 0])),
        ("dilations", .integers([1, 1])), ("groups", .integer(channels)),
        ("output_shape", .integers(extents)),
      ], extents: extents, as: node.name)
  }

  /// By Core ML's own operations where they give the same, else by a matrix along each axis.
  mutating func write(
    _ resize: Resize, _ node: Node, _ input: ProgramValue
  ) throws(ProgramProblem) -> ProgramValue {
    let rows = resize.taps(resize.height, extent: input.extents[2])
    let columns = resize.taps(resize.width, extent: input.extents[3])
    let extents = extents(of: node.name)
    // Rows and columns of no taps come out as zeros.
    if resize.extrapolation != 0, (rows + columns).contains(where: \.isEmpty) {
      var inner = resize
      inner.extrapolation = 0
      let value = try write(inner, node, input)
      let outside = rows.flatMap { row in
        columns.map { row.isEmpty || $0.isEmpty ? resize.extrapolation : 0 }
      }
      let added = try constant(
        outside, extents: [1, 1, extents[2], extents[3]], as: "\(node.name)_outside")
      return binary("add", .value(value), .value(added), extents, as: "\(node.name)_extrapolated")
    }
    if let factors = resize.repeats(rows, columns, of: input.extents) {
      return append(
        "upsample_nearest_neighbor",
        [
          ("x", .value(input)), ("scale_factor_height", .integer(factors.height)),
          ("scale_factor_width", .integer(factors.width)),
        ], extents: extents, as: node.name)
    }
    var value = input
    if extents[2] != input.extents[2] || !rows.areWhole {
      let matrix = try matrix(rows, columns: input.extents[2], as: "\(node.name)_rows")
      value = append(
        "matmul",
        [
          ("x", .value(matrix)), ("y", .value(value)), ("transpose_x", .flag(false)),
          ("transpose_y", .flag(false)),
        ], extents: [1, extents[1], extents[2], input.extents[3]], as: "\(node.name)_resized_rows")
    }
    guard extents[3] != input.extents[3] || !columns.areWhole else { return value }
    let matrix = try matrix(columns, columns: input.extents[3], as: "\(node.name)_columns")
    return append(
      "matmul",
      [
        ("x", .value(value)), ("y", .value(matrix)), ("transpose_x", .flag(false)),
        ("transpose_y", .flag(true)),
      ], extents: extents, as: node.name)
  }

  /// - Parameter taps: of each row
  private mutating func matrix(
    _ taps: [[Resize.Tap]], columns: Int, as name: String
  ) throws(ProgramProblem) -> ProgramValue {
    var numbers = [Float](repeating: 0, count: taps.count * columns)
    for (row, taps) in taps.enumerated() {
      for tap in taps { numbers[row * columns + tap.index] += tap.weight }
    }
    return try constant(numbers, extents: [1, 1, taps.count, columns], as: name)
  }
}

extension [Resize.Tap] {
  /// Whether they are one element, unchanged.
  fileprivate func isWhole(_ index: Int) -> Bool {
    count == 1 && self[0].index == index && self[0].weight == 1
  }
}

extension [[Resize.Tap]] {
  /// Whether each element is made of the one at its place.
  fileprivate var areWhole: Bool {
    enumerated().allSatisfy { $1.isWhole($0) }
  }

  /// How often each element of the input stands in the result, if that is all that happens.
  fileprivate func repeats(of extent: Int) -> Int? {
    guard count % extent == 0, count >= extent else { return nil }
    let factor = count / extent
    return enumerated().allSatisfy { $1.isWhole($0 / factor) } ? factor : nil
  }
}

extension Resize {
  fileprivate func repeats(
    _ rows: [[Tap]], _ columns: [[Tap]], of extents: [Int]
  ) -> (height: Int, width: Int)? {
    guard let height = rows.repeats(of: extents[2]), let width = columns.repeats(of: extents[3])
    else { return nil }
    return (height, width)
  }
}
