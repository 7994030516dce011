import SignetModel

extension ProgramWriter {
  mutating func write(
    _ pooling: Pooling, _ node: Node, _ input: ProgramValue, isMaximum: Bool
  ) throws(ProgramProblem) -> ProgramValue {
    let extents = extents(of: node.name)
    guard pooling.dilation == Size2D(1) else {
      guard isMaximum else {
        throw ProgramProblem("average pooling takes neighbouring elements, found a dilation")
      }
      return writeDilated(pooling, node, input)
    }
    // Rounding up is written as padding: Core ML's own takes borders that are alike only.
    var padding = pooling.padding
    let rows = pooling.rowsPastTheEnd(of: input.extents[2], to: extents[2])
    let columns = pooling.columnsPastTheEnd(of: input.extents[3], to: extents[3])
    padding.bottom += rows
    padding.right += columns
    guard isMaximum || !pooling.countsPadding || rows + columns == 0 else {
      throw ProgramProblem(
        "average pooling that counts its padding takes sizes that are rounded down")
    }
    var operands: [(String, Operand)] = [
      ("x", .value(input)), ("kernel_sizes", .integers(pooling.kernel.list)),
      ("strides", .integers(pooling.stride.list)), ("pad_type", .text("custom")),
      ("pad", .integers(padding.list)), ("ceil_mode", .flag(false)),
    ]
    if !isMaximum {
      operands.append(("exclude_padding_from_average", .flag(!pooling.countsPadding)))
    }
    return append(
      isMaximum ? "max_pool" : "avg_pool", operands, extents: extents, as: node.name)
  }

  /// Core ML pools neighbours only: the elements of all windows at one place of the kernel are a
  /// slice of the map, and the result is the largest of the slices.
  private mutating func writeDilated(
    _ pooling: Pooling, _ node: Node, _ input: ProgramValue
  ) -> ProgramValue {
    let extents = extents(of: node.name)
    var padding = pooling.padding
    padding.bottom += pooling.rowsPastTheEnd(of: input.extents[2], to: extents[2])
    padding.right += pooling.columnsPastTheEnd(of: input.extents[3], to: extents[3])
    var padded = input.extents
    padded[2] += padding.top + padding.bottom
    padded[3] += padding.left + padding.right
    let map = append(
      "pad",
      [
        ("x", .value(input)), ("pad", .integers(padding.list)), ("mode", .text("constant")),
        ("constant_val", .number(-precision.greatest)),
      ], extents: padded, as: "\(node.name)_padded")
    var largest: ProgramValue?
    for row in 0..<pooling.kernel.height {
      for column in 0..<pooling.kernel.width {
        let start = [0, 0, row * pooling.dilation.height, column * pooling.dilation.width]
        let steps = [1, 1, pooling.stride.height, pooling.stride.width]
        let end = (0..<4).map { start[$0] + (extents[$0] - 1) * steps[$0] + 1 }
        let part = sliced(
          map, begin: start, end: end, stride: steps, extents: extents,
          as: "\(node.name)_\(row)_\(column)")
        largest =
          largest.map {
            binary("maximum", .value($0), .value(part), extents, as: "\(node.name)_largest")
          } ?? part
      }
    }
    return largest ?? map
  }
}

extension Pooling {
  /// Elements from the first of a window to its last, both included.
  private var reach: Size2D {
    Size2D(
      height: (kernel.height - 1) * dilation.height + 1,
      width: (kernel.width - 1) * dilation.width + 1)
  }

  /// Rows that windows reach over the bottom padding.
  fileprivate func rowsPastTheEnd(of extent: Int, to count: Int) -> Int {
    max(0, (count - 1) * stride.height + reach.height - (extent + padding.top + padding.bottom))
  }

  /// Columns that windows reach over the right padding.
  fileprivate func columnsPastTheEnd(of extent: Int, to count: Int) -> Int {
    max(0, (count - 1) * stride.width + reach.width - (extent + padding.left + padding.right))
  }
}
