import SignetModel

/// Operations along the axes of a grid, and those that ONNX has no operator of its own for.
extension GraphWriter {
  /// Writes what `body` makes of the node's input, read as a grid, under the node's name and shape.
  ///
  /// - Parameters:
  ///   - axes: how many of the node's numbers are the grid's extents; those behind them are the shape's
  ///   - body: appends nodes from the first name to the second
  mutating func writeGrid(
    _ node: Node, axes: Int, _ body: (inout GraphWriter, String, String) -> Void
  ) {
    let numbers = numbers(of: node)
    writeGrid(node, Array(numbers.prefix(axes)), Array(numbers.dropFirst(axes)), body)
  }

  private mutating func writeGrid(
    _ node: Node, _ extents: [WrittenNumber], _ shape: [WrittenNumber],
    _ body: (inout GraphWriter, String, String) -> Void
  ) {
    let input = node.inputs[0]
    let own = self.extents(of: input)
    let isGrid = own.map(\.usual) == extents.map(\.usual) && own.map(\.rule) == extents.map(\.rule)
    let grid =
      isGrid
      ? name(of: input) : reshape(name(of: input), to: extents, to: beside("\(node.name).grid"))
    let result = beside("\(node.name).result")
    body(&self, grid, result)
    reshape(result, to: shape, to: name(of: node.name))
  }

  var shapes: [String: Shape] { model.graph.shapes }

  mutating func write(_ resize: Resize, _ node: Node, _ input: String, _ output: String) {
    guard let shape = shapes[node.inputs[0]] else { return }
    var attributes: [ProtoAttribute] = [
      .string("mode", resize.mode.rawValue),
      .string("coordinate_transformation_mode", resize.coordinates.onnxName),
    ]
    if resize.mode == .nearest {
      attributes.append(.string("nearest_mode", resize.rounding.onnxName))
    }
    if resize.mode == .cubic { attributes.append(.float("cubic_coeff_a", resize.cubicCoefficient)) }
    if resize.excludesOutside { attributes.append(.flag("exclude_outside", true)) }
    if resize.antialiases { attributes.append(.flag("antialias", true)) }
    var operands = [input, ""]
    if resize.coordinates == .tfCropAndResize {
      attributes.append(.float("extrapolation_value", resize.extrapolation))
      let roi: [Float] = [
        0, 0, resize.height.start, resize.width.start, 1, 1, resize.height.end, resize.width.end,
      ]
      operands[1] = store("\(node.name).roi", roi, dims: [8])
    }
    let sizes = numbers(of: node)
    if resize.followsScales(over: shape), sizes.allSatisfy({ $0.rule == nil }) {
      let scales = [1, 1, resize.height.scale, resize.width.scale]
      operands.append(store("\(node.name).scales", scales, dims: [4]))
      append("Resize", operands, to: output, attributes)
    } else {
      // The batch is free, so its extent is taken from the value.
      let batch = batchExtent(of: input, beside: node.name)
      let sizes = append(
        "Concat",
        [
          batch,
          list("\(node.name).extents", [WrittenNumber(usual: shape.channels)] + sizes),
        ], to: beside("\(node.name).sizes"), [.integer("axis", 0)])
      append("Resize", operands + ["", sizes], to: output, attributes)
    }
  }

  mutating func write(_ sample: GridSample, _ inputs: [String], _ output: String) {
    append(
      "GridSample", inputs, to: output,
      [
        .string("mode", sample.mode.samplingName(operatorSet: operatorSet)),
        .string("padding_mode", sample.padding.rawValue),
        .flag("align_corners", sample.alignsCorners),
      ])
  }

  /// A list of the one number that says how many samples a value has.
  private mutating func batchExtent(of value: String, beside node: String) -> String {
    let shape = append("Shape", [value], to: beside("\(node).shape"))
    return append(
      "Slice", [shape, store("signet.first", [0]), store("signet.second", [1])],
      to: beside("\(node).batch"))
  }

  mutating func writeConstant(_ shape: Shape, _ node: Node, _ input: String, _ output: String) {
    guard let weight = weight(.weight, of: node) else { return }
    let batch = batchExtent(of: input, beside: node.name)
    let extents = append(
      "Concat", [batch, store("\(node.name).extents", shape.extents)],
      to: beside("\(node.name).sizes"), [.integer("axis", 0)])
    append("Expand", [weight, extents], to: output)
  }

  mutating func write(_ reduction: Reduction, _ node: Node) {
    writeGrid(node, axes: reduction.extents.count) { writer, grid, result in
      let axes = reduction.axes.map { $0 + 1 }
      let keeps = ProtoAttribute.flag("keepdims", false)
      if writer.operatorSet >= 18 || reduction.function == .sum {
        writer.append(
          reduction.function.operatorName, [grid, writer.store("\(node.name).axes", axes)],
          to: result, [keeps])
      } else {
        writer.append(
          reduction.function.operatorName, [grid], to: result, [.integers("axes", axes), keeps])
      }
    }
  }

  mutating func write(_ extreme: ArgExtreme, _ node: Node) {
    writeGrid(node, axes: extreme.extents.count) { writer, grid, result in
      let place = writer.append(
        extreme.isMaximum ? "ArgMax" : "ArgMin", [grid], to: writer.beside("\(node.name).place"),
        [
          .integer("axis", extreme.axis + 1), .flag("keepdims", false),
          .flag("select_last_index", extreme.takesLast),
        ])
      writer.append("Cast", [place], to: result, [.float32])
    }
  }

  mutating func write(_ normalization: Normalization, _ node: Node, _ output: String) {
    let shape = extents(of: node.inputs[0])
    writeGrid(node, numbers(of: node), shape) { writer, grid, result in
      func mean(_ value: String, _ suffix: String, _ writer: inout GraphWriter) -> String {
        let axes = normalization.axes.map { $0 + 1 }
        let name = writer.beside("\(node.name).\(suffix)")
        guard writer.operatorSet >= 18 else {
          return writer.append("ReduceMean", [value], to: name, [.integers("axes", axes)])
        }
        return writer.append(
          "ReduceMean", [value, writer.store("\(node.name).axes", axes)], to: name)
      }
      let centre = mean(grid, "mean", &writer)
      let centred = writer.append(
        "Sub", [grid, centre], to: writer.beside("\(node.name).centred"))
      let squares = writer.append(
        "Mul", [centred, centred], to: writer.beside("\(node.name).squares"))
      let variance = mean(squares, "variance", &writer)
      let epsilon = writer.store("\(node.name).epsilon", [normalization.epsilon], dims: [])
      let raised = writer.append(
        "Add", [variance, epsilon], to: writer.beside("\(node.name).raised"))
      let deviation = writer.append(
        "Sqrt", [raised], to: writer.beside("\(node.name).deviation"))
      writer.append("Div", [centred, deviation], to: result)
    }
  }

  mutating func writeProduct(ofMatrices node: Node, _ inputs: [String], _ output: String) {
    let sizes = numbers(of: node)
    let (batch, rows, inner, columns) = (sizes[0], sizes[1], sizes[2], sizes[3])
    let left = reshape(inputs[0], to: [batch, rows, inner], to: beside("\(node.name).left"))
    let right = reshape(inputs[1], to: [batch, inner, columns], to: beside("\(node.name).right"))
    let result = append("MatMul", [left, right], to: beside("\(node.name).product"))
    reshape(result, to: Array(sizes.dropFirst(4)), to: output)
  }

  mutating func write(_ region: Region, _ node: Node) {
    let numbers = numbers(of: node)
    let axes = region.axes.indices.map { WrittenAxis(numbers[$0 * 5..<$0 * 5 + 5]) }
    let shape = Array(numbers.dropFirst(axes.count * 5))
    writeGrid(node, axes.map(\.extent), shape) { writer, grid, result in
      let isTiled = axes.contains { $0.repeats.usual > 1 || $0.repeats.rule != nil }
      let picked = writer.append(
        "Slice",
        [
          grid, writer.list("\(node.name).starts", axes.map(\.start)),
          writer.list("\(node.name).ends", axes.compactMap(\.end)),
          writer.store("\(node.name).axes", axes.indices.map { $0 + 1 }),
          writer.store("\(node.name).steps", region.axes.map { $0.step == 0 ? 1 : $0.step }),
        ], to: isTiled ? writer.beside("\(node.name).picked") : result)
      guard isTiled else { return }
      let repeats = writer.list(
        "\(node.name).repeats", [WrittenNumber(usual: 1)] + axes.map(\.repeats))
      writer.append("Tile", [picked, repeats], to: result)
    }
  }
}

extension Resize.Mode {
  /// Newer operator sets sample volumes too, and so have other names.
  fileprivate func samplingName(operatorSet: Int) -> String {
    switch self {
    case .nearest: "nearest"
    case .linear: operatorSet < 20 ? "bilinear" : "linear"
    case .cubic: operatorSet < 20 ? "bicubic" : "cubic"
    }
  }
}

extension Resize.Coordinates {
  fileprivate var onnxName: String {
    switch self {
    case .halfPixel: "half_pixel"
    case .halfPixelSymmetric: "half_pixel_symmetric"
    case .pytorchHalfPixel: "pytorch_half_pixel"
    case .alignCorners: "align_corners"
    case .asymmetric: "asymmetric"
    case .tfHalfPixelForNN: "tf_half_pixel_for_nn"
    case .tfCropAndResize: "tf_crop_and_resize"
    }
  }
}

extension Resize.Rounding {
  fileprivate var onnxName: String {
    switch self {
    case .roundPreferFloor: "round_prefer_floor"
    case .roundPreferCeil: "round_prefer_ceil"
    case .floor: "floor"
    case .ceil: "ceil"
    }
  }
}

extension Reduction.Function {
  fileprivate var operatorName: String {
    switch self {
    case .sum: "ReduceSum"
    case .mean: "ReduceMean"
    case .maximum: "ReduceMax"
    case .minimum: "ReduceMin"
    case .product: "ReduceProd"
    case .sumOfSquares: "ReduceSumSquare"
    case .l1: "ReduceL1"
    case .l2: "ReduceL2"
    case .logSum: "ReduceLogSum"
    case .logSumExp: "ReduceLogSumExp"
    }
  }
}
