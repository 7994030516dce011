import SignetModel

/// Values that are quantised anew in each run, by the largest and smallest of them: they are taken as
/// the numbers they stand for, before the file rounds them. Weights are the numbers that the file's
/// stand for.
extension GraphImporter {
  static let dynamicQuantizationMappings: [String: Mapping] = [
    "DynamicQuantizeLinear": { importer, context throws(NodeFailure) in
      try context.requireInputs(atMost: 1)
      // Whole numbers to the file: what reads them takes off the zero point and multiplies by the
      // scale, or is refused.
      var view = try context.activation(0, "x")
      view.isInteger = true
      let zero = ConstantTensor(dims: [], integers: [0], type: .uint8)
      return [
        .activation(view), .constant(FoldedConstant(ConstantTensor(dims: [], floats: [1]))),
        .constant(FoldedConstant(zero)),
      ]
    },
    "com.microsoft.DynamicQuantizeMatMul": { importer, context throws(NodeFailure) in
      try context.requireInputs(atMost: 5)
      let weight = try importer.dequantized(context, 1, scale: 2, zeroPoint: 3, "B")
      let product = try importer.product(context, try context.activation(0, "A"), weight, bias: 4)
      return [.activation(product)]
    },
    "com.microsoft.MatMulIntegerToFloat": { importer, context throws(NodeFailure) in
      try context.requireInputs(atMost: 7)
      let weight = try importer.dequantized(context, 1, scale: 3, zeroPoint: 5, "B")
      let view = try importer.shifted(try context.activation(0, "A"), by: context, 4)
      let scale = try context.required(2, "a_scale").asFloats
      guard scale.count == 1 else {
        throw NodeFailure("a_scale", expected: "one number", found: scale.dims)
      }
      let scaled = try importer.scaling(
        view, by: FoldedConstant(scale.reshaped([])), context)
      return [.activation(try importer.product(context, scaled, weight, bias: 6))]
    },
    "com.microsoft.DynamicQuantizeLSTM": { importer, context throws(NodeFailure) in
      try importer.dynamicallyQuantizedRecurrence(context)
    },
  ]

  private mutating func dequantized(
    _ context: NodeContext, _ index: Int, scale: Int, zeroPoint: Int, _ name: String
  ) throws(NodeFailure) -> ConstantTensor {
    let stored = try context.required(index, name)
    let zero = try context.constant(zeroPoint, "\(name)_zero_point")
    return try scaled(
      try shifted(stored, by: zero, "\(name)_zero_point"),
      by: try context.required(scale, "\(name)_scale"))
  }

  private mutating func product(
    _ context: NodeContext, _ view: View, _ weight: ConstantTensor, bias: Int
  ) throws(NodeFailure) -> View {
    let inputs: [ImportedValue?] = [.activation(view), .constant(FoldedConstant(weight))]
    guard let product = try matrixProduct(context.with(inputs: inputs)).first?.view else {
      throw NodeFailure("A", expected: "a value computed from the image", found: "none")
    }
    guard let offset = try context.floats(bias, "bias") else { return product }
    return try adding(FoldedConstant(offset), to: product, context, isOnly: false)
  }

  /// As a plain LSTM: its weights are those of an LSTM turned over, inputs × gates.
  private mutating func dynamicallyQuantizedRecurrence(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    try context.requireInputs(atMost: 12)
    var inputs = Array(context.inputs.prefix(8))
    for (index, scale, name) in [(1, 8, "W"), (2, 10, "R")] {
      let stored = try context.required(index, name)
      let scales = try context.required(scale, "\(name)_scale")
      let zero = try context.constant(scale + 1, "\(name)_zero_point")
      guard stored.dims.count == 3, stored.integers != nil else {
        throw NodeFailure(name, expected: "integers of three extents", found: stored.dims)
      }
      inputs[index] = .constant(
        FoldedConstant(try gates(stored, scales, zero ?? scales.zeros, name)))
    }
    return try recurrent(
      context.with(inputs: inputs), try Recurrence(context.with(inputs: inputs), cell: .lstm))
  }

  /// - Parameters:
  ///   - stored: directions × inputs × gates
  ///   - scales: directions, or directions × gates; `zeros` likewise
  /// - Returns: directions × gates × inputs
  private mutating func gates(
    _ stored: ConstantTensor, _ scales: ConstantTensor, _ zeros: ConstantTensor, _ name: String
  ) throws(NodeFailure) -> ConstantTensor {
    _ = try budget.claim(stored.dims, name)
    let (directions, rows, gates) = (stored.dims[0], stored.dims[1], stored.dims[2])
    for (suffix, tensor) in [("scale", scales), ("zero_point", zeros)] {
      guard tensor.count == directions || tensor.count == directions * gates else {
        throw NodeFailure(
          "\(name)_\(suffix)", expected: "one number per direction, or per gate of each",
          found: tensor.dims)
      }
    }
    let (numbers, steps, offsets) = (stored.floats, scales.floats, zeros.floats)
    func number(_ values: [Float], _ direction: Int, _ gate: Int) -> Float {
      values[values.count == directions ? direction : direction * gates + gate]
    }
    var result: [Float] = []
    result.reserveCapacity(numbers.count)
    for direction in 0..<directions {
      for gate in 0..<gates {
        let (step, offset) = (number(steps, direction, gate), number(offsets, direction, gate))
        for row in 0..<rows {
          result.append((numbers[(direction * rows + row) * gates + gate] - offset) * step)
        }
      }
    }
    return ConstantTensor(dims: [directions, gates, rows], floats: result)
  }
}

extension ConstantTensor {
  fileprivate var zeros: ConstantTensor {
    ConstantTensor(dims: dims, floats: [Float](repeating: 0, count: count))
  }
}
