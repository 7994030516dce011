import SignetModel

/// Operators on whole numbers that stand for others: weights are taken as the numbers they stand for,
/// computed values are rounded as the file says.
///
/// A quantised value is a float value here that holds whole numbers, which float32 does exactly.
extension GraphImporter {
  static let quantizationMappings: [String: Mapping] = [
    "QuantizeLinear": { importer, context throws(NodeFailure) in
      let view = try context.activation(0, "x")
      context.attributes.ignore("saturate", "precision")
      let output = try Quantization(context, scale: 1, zeroPoint: 2, name: "y")
      return [.activation(try importer.quantized(context, view, output))]
    },
    "DequantizeLinear": { importer, context throws(NodeFailure) in
      let view = try context.activation(0, "x")
      let quantization = try Quantization(context, scale: 1, zeroPoint: 2, name: "x")
      return [.activation(try importer.dequantized(context, view, quantization))]
    },
    "ConvInteger": { importer, context throws(NodeFailure) in
      try context.requireInputs(atMost: 4)
      let weight = try importer.shifted(
        try context.required(1, "w"), by: context, 3, "w_zero_point")
      let view = try importer.shifted(try context.activation(0, "x"), by: context, 2)
      return try importer.convolution(
        context.with(inputs: [.activation(view), .constant(FoldedConstant(weight))]))
    },
    "MatMulInteger": { importer, context throws(NodeFailure) in
      try context.requireInputs(atMost: 4)
      let weight = try importer.shifted(
        try context.required(1, "B"), by: context, 3, "b_zero_point")
      let view = try importer.shifted(try context.activation(0, "A"), by: context, 2)
      return try importer.matrixProduct(
        context.with(inputs: [.activation(view), .constant(FoldedConstant(weight))]))
    },
    "QLinearConv": { importer, context throws(NodeFailure) in
      try importer.quantizedLayer(context, bias: 8) { importer, layer throws(NodeFailure) in
        try importer.convolution(layer)
      }
    },
    "QLinearMatMul": { importer, context throws(NodeFailure) in
      try importer.quantizedLayer(context, bias: nil) { importer, layer throws(NodeFailure) in
        try importer.matrixProduct(layer)
      }
    },
  ]

  /// Domains under which `Quant` is found.
  static let quantizerDomains = [
    "onnx.brevitas", "qonnx.custom_op.general", "finn.custom_op.general",
  ]

  /// Numbers rounded to few bits and back, as quantised training is exported.
  static var quantizerMappings: [String: Mapping] {
    let quantizer: Mapping = { importer, context throws(NodeFailure) in
      [.activation(try importer.quantizedToFewBits(context))]
    }
    return quantizerDomains.reduce(into: [:]) { $0["\($1).Quant"] = quantizer }
  }

  private mutating func quantizedToFewBits(_ context: NodeContext) throws(NodeFailure) -> View {
    let view = try context.activation(0, "x")
    let quantizer = try IntegerQuantizer(
      context.attributes, bits: try context.required(3, "bitwidth"))
    let scale = try context.required(1, "scale").asFloats
    let zero = try context.required(2, "zeropt").asFloats
    let name = context.name()
    let quotient = try binary(
      context.with(inputs: [.activation(view), .constant(FoldedConstant(scale))]), .divide)
    let isCentred = zero.floats.allSatisfy { $0 == 0 }
    var result = quotient
    if !isCentred {
      result = try adding(FoldedConstant(zero), to: result, context, isOnly: false)
    }
    result = try whole(
      try emitElementwise(
        "\(name).clipped",
        .activation(
          .clip(minimum: quantizer.bounds.lowerBound, maximum: quantizer.bounds.upperBound)),
        on: result))
    let rounding: Elementary =
      switch quantizer.rounding {
      case .nearest: .round
      case .down: .floor
      case .up: .ceil
      }
    result = try whole(
      try emitElementwise("\(name).rounded", .activation(.elementary(rounding)), on: result))
    if !isCentred {
      let back = try FoldedConstant(zero).mapped("zeropt") { -$0 }
      result = try adding(back, to: result, context, isOnly: false)
    }
    return try scaling(result, by: FoldedConstant(scale), context)
  }

  /// A layer between quantised values: its inputs are value, scale and zero point of the input, of
  /// the weight, and of the output.
  private mutating func quantizedLayer(
    _ context: NodeContext, bias: Int?,
    _ layer: (inout GraphImporter, NodeContext) throws(NodeFailure) -> [ImportedValue]
  ) throws(NodeFailure) -> [ImportedValue] {
    let input = try Quantization(context, scale: 1, zeroPoint: 2, name: "x")
    let view = try dequantized(context, try context.activation(0, "x"), input)
    let weight = try context.required(3, "w")
    let scale = try context.required(4, "w_scale")
    let zero = try context.constant(5, "w_zero_point")
    let output = try Quantization(context, scale: 6, zeroPoint: 7, name: "y")
    var weights = try shifted(weight, by: zero, "w_zero_point")
    weights = try scaled(weights, by: scale)
    var inputs: [ImportedValue?] = [.activation(view), .constant(FoldedConstant(weights))]
    if let bias, let offset = try context.constant(bias, "B"), let step = input.scale.floats.first {
      let scales = scale.floats
      let values = offset.floats.enumerated().map { index, value in
        value * step * scales[scales.count == 1 ? 0 : min(index, scales.count - 1)]
      }
      inputs.append(.constant(FoldedConstant(ConstantTensor(dims: offset.dims, floats: values))))
    }
    let result = try layer(&self, context.with(inputs: inputs))
    guard let made = result.first?.view else { return result }
    return [.activation(try quantized(context, made, output))]
  }

  /// `round(x / scale) + zero point`, held within what the type can say.
  private mutating func quantized(
    _ context: NodeContext, _ view: View, _ quantization: Quantization
  ) throws(NodeFailure) -> View {
    let name = context.name()
    let dims = quantization.dims(along: view)
    // Divided, as a product with the inverse may round to the other side.
    let scale = try constant(
      quantization.scale.asFloats, dims: dims, beside: view, "\(name).scale")
    let quotient = try combine(context, .binary(.divide), [view, scale])
    var result = try whole(
      try emitElementwise(
        "\(name).rounded", .activation(.elementary(.round)), on: quotient))
    if let zero = quantization.zeroPoint, zero.floats.contains(where: { $0 != 0 }) {
      let offset = zero.asFloats.reshaped([1] + dims)
      result = try adding(FoldedConstant(offset), to: result, context, isOnly: false)
    }
    let bounds = quantization.bounds
    return try whole(
      try emitElementwise(
        "\(name).clipped",
        .activation(.clip(minimum: bounds.lowerBound, maximum: bounds.upperBound)),
        on: result))
  }

  /// `(x − zero point) · scale`.
  private mutating func dequantized(
    _ context: NodeContext, _ view: View, _ quantization: Quantization
  ) throws(NodeFailure) -> View {
    var view = view
    view.isInteger = false
    let dims = quantization.dims(along: view)
    if let zero = quantization.zeroPoint, zero.floats.contains(where: { $0 != 0 }) {
      let values = zero.floats.map { -$0 }
      let offset = ConstantTensor(dims: [1] + dims, floats: values)
      view = try adding(FoldedConstant(offset), to: view, context, isOnly: false)
    }
    let scale = quantization.scale.asFloats.reshaped([1] + dims)
    return try scaling(view, by: FoldedConstant(scale), context)
  }

  private func whole(_ values: [ImportedValue]) throws(NodeFailure) -> View {
    guard let view = values.first?.view else {
      throw NodeFailure("x", expected: "a value computed from the image", found: "none")
    }
    return view
  }

  /// A computed value less its zero point, a constant number.
  mutating func shifted(
    _ view: View, by context: NodeContext, _ index: Int
  ) throws(NodeFailure) -> View {
    var view = view
    view.isInteger = false
    guard let zero = try context.constant(index, "x_zero_point"), let value = zero.floats.first,
      value != 0
    else { return view }
    guard zero.count == 1 else {
      throw NodeFailure("x_zero_point", expected: "one number", found: zero.dims)
    }
    let offset = FoldedConstant(ConstantTensor(dims: [], floats: [-value]))
    return try adding(offset, to: view, context, isOnly: false)
  }

  private mutating func shifted(
    _ weight: ConstantTensor, by context: NodeContext, _ index: Int, _ name: String
  ) throws(NodeFailure) -> ConstantTensor {
    try shifted(weight, by: try context.constant(index, name), name)
  }

  /// A weight's whole numbers less their zero points, one for all or one per filter.
  mutating func shifted(
    _ weight: ConstantTensor, by zero: ConstantTensor?, _ name: String
  ) throws(NodeFailure) -> ConstantTensor {
    try budget.claimWork(weight.count, name)
    let zeros = zero?.floats ?? [0]
    let period = try period(of: weight, zeros.count, name)
    let values = weight.floats.enumerated().map { index, value in
      value - zeros[period.place(of: index)]
    }
    return ConstantTensor(dims: weight.dims, floats: values)
  }

  mutating func scaled(
    _ weight: ConstantTensor, by scale: ConstantTensor
  ) throws(NodeFailure) -> ConstantTensor {
    try budget.claimWork(weight.count, "w_scale")
    let scales = scale.floats
    let period = try period(of: weight, scales.count, "w_scale")
    let values = weight.floats.enumerated().map { index, value in
      value * scales[period.place(of: index)]
    }
    return ConstantTensor(dims: weight.dims, floats: values)
  }

  /// Which of `count` numbers goes with an element: those of filters, or of a matrix's columns.
  private struct Period {
    let length: Int
    let count: Int

    func place(of index: Int) -> Int { index / length % count }
  }

  private func period(
    of weight: ConstantTensor, _ count: Int, _ name: String
  ) throws(NodeFailure) -> Period {
    if count == 1 { return Period(length: max(1, weight.count), count: 1) }
    if weight.dims.count == 2, weight.dims[1] == count { return Period(length: 1, count: count) }
    guard let filters = weight.dims.first, filters == count else {
      throw NodeFailure(name, expected: "one number, or one per filter", found: count)
    }
    return Period(length: weight.count / count, count: count)
  }
}

/// How whole numbers stand for others.
struct Quantization {
  let scale: ConstantTensor
  let zeroPoint: ConstantTensor?
  /// The axis that several scales run along, the batch counted.
  private let axis: Int

  init(
    _ context: NodeContext, scale: Int, zeroPoint: Int, name: String
  ) throws(NodeFailure) {
    self.scale = try context.required(scale, "\(name)_scale")
    self.zeroPoint = try context.constant(zeroPoint, "\(name)_zero_point")
    axis = try context.attributes.integer("axis") ?? 1
    guard try context.attributes.integer("block_size") ?? 0 == 0 else {
      throw NodeFailure(
        "block_size", expected: "0 for values computed from the image", found: "blocks")
    }
    guard self.scale.count >= 1, self.zeroPoint?.count ?? self.scale.count == self.scale.count
    else {
      throw NodeFailure("\(name)_zero_point", expected: "as many as scales", found: "others")
    }
    let values = self.scale.floats
    guard values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw NodeFailure("\(name)_scale", expected: "finite numbers above 0", found: "others")
    }
  }

  /// What the type of the whole numbers can say.
  var bounds: ClosedRange<Float> {
    let bounds = zeroPoint?.type.quantizedBounds ?? 0...255
    return Float(bounds.lowerBound)...Float(bounds.upperBound)
  }

  /// Extents behind the batch that the scales have beside a value.
  func dims(along view: View) -> [Int] {
    let own = axis < 0 ? axis + view.dims.count + 1 : axis
    return view.dims.indices.map { scale.count > 1 && $0 + 1 == own ? scale.count : 1 }
  }
}
