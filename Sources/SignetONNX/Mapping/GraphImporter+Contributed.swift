import SignetModel

/// Operators outside of ONNX's own set that onnxruntime's optimiser leaves in files.
extension GraphImporter {
  static let contributedMappings: [String: Mapping] = [
    "com.microsoft.FusedConv": { importer, context throws(NodeFailure) in
      try importer.fusedConvolution(context)
    },
    "com.microsoft.FusedGemm": { importer, context throws(NodeFailure) in
      let activation = try importer.fusedActivation(context, named: "activation")
      let result = try importer.gemm(context)
      return [.activation(try importer.activated(result, activation, context))]
    },
    "com.microsoft.FusedMatMul": { importer, context throws(NodeFailure) in
      try importer.fusedMatrixProduct(context)
    },
    "com.microsoft.Gelu": { importer, context throws(NodeFailure) in
      try importer.function(context, .elementary(.gelu))
    },
    "com.microsoft.QuickGelu": { importer, context throws(NodeFailure) in
      let alpha = try context.attributes.float("alpha") ?? 1.702
      let view = try context.activation()
      let slope = FoldedConstant(ConstantTensor(dims: [], floats: [alpha]))
      let gate = try importer.emitElementwise(
        "\(context.name()).gate", .activation(.sigmoid),
        on: try importer.scaling(view, by: slope, context))
      guard let gate = gate.first?.view else { return [] }
      return [.activation(try importer.combine(context, .multiply, [view, gate]))]
    },
  ]

  private mutating func fusedConvolution(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let activation = try fusedActivation(context, named: "activation")
    try context.requireInputs(atMost: 4)
    var result = try convolution(context.with(inputs: Array(context.inputs.prefix(3))))
    if let other = context.input(3) {
      guard let sum = result.first?.view, let view = other.view else {
        throw NodeFailure("Z", expected: "a value computed from the image", found: "a constant")
      }
      result = [.activation(try combine(context, .add, [sum, view]))]
    }
    return [.activation(try activated(result, activation, context))]
  }

  /// What a fused layer's result goes through; `nil` for nothing.
  private func fusedActivation(
    _ context: NodeContext, named attribute: String
  ) throws(NodeFailure) -> NodeOperation? {
    guard let name = try context.attributes.string(attribute), !name.isEmpty else { return nil }
    let given = try context.attributes.floats("activation_params") ?? []
    let older = [
      try context.attributes.float("activation_alpha"),
      try context.attributes.float("activation_beta"),
    ].compactMap(\.self)
    let numbers = given.isEmpty ? older : given
    func number(_ index: Int, _ fallback: Float) -> Float {
      index < numbers.count ? numbers[index] : fallback
    }
    switch name {
    case "Relu": return .relu
    case "LeakyRelu": return .activation(.leakyRelu(slope: number(0, 0.01)))
    case "Clip":
      return .activation(
        .clip(
          minimum: number(0, -.greatestFiniteMagnitude),
          maximum: number(1, .greatestFiniteMagnitude)))
    case "Sigmoid": return .activation(.sigmoid)
    case "HardSigmoid":
      return .activation(.hardSigmoid(slope: number(0, 0.2), offset: number(1, 0.5)))
    case "Tanh": return .activation(.elementary(.tanh))
    default:
      throw NodeFailure(
        attribute, expected: "Relu, LeakyRelu, Clip, Sigmoid, HardSigmoid or Tanh", found: name)
    }
  }

  private mutating func activated(
    _ values: [ImportedValue], _ activation: NodeOperation?, _ context: NodeContext
  ) throws(NodeFailure) -> View {
    guard let view = values.first?.view else {
      throw NodeFailure("X", expected: "a value computed from the image", found: "none")
    }
    guard let activation else { return view }
    let result = try emitElementwise("\(context.name()).activation", activation, on: view)
    return result.first?.view ?? view
  }

  private mutating func fusedMatrixProduct(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    for name in ["transBatchA", "transBatchB"] where try context.attributes.flag(name) {
      throw NodeFailure(name, expected: "0", found: 1)
    }
    let alpha = try context.attributes.float("alpha") ?? 1
    var inputs: [ImportedValue?] = []
    for (index, name) in ["transA", "transB"].enumerated() {
      var input = context.input(index)
      if try context.attributes.flag(name) { input = try transposed(input, name) }
      inputs.append(input)
    }
    let result = try matrixProduct(context.with(inputs: inputs))
    guard alpha != 1, let view = result.first?.view else { return result }
    let factor = FoldedConstant(ConstantTensor(dims: [], floats: [alpha]))
    return [.activation(try scaling(view, by: factor, context))]
  }

  /// The last two axes exchanged.
  private mutating func transposed(
    _ input: ImportedValue?, _ name: String
  ) throws(NodeFailure) -> ImportedValue? {
    switch input {
    case .activation(let view)? where view.dims.count >= 2:
      let rank = view.dims.count
      return .activation(try permuted(view, Array(0..<rank - 2) + [rank - 1, rank - 2]))
    case .constant(let constant)?:
      guard let tensor = constant.tensor, tensor.dims.count == 2 else {
        throw NodeFailure(name, expected: "a matrix", found: constant.samples[0].dims)
      }
      _ = try budget.claim(tensor.dims, name)
      return .constant(FoldedConstant(tensor.transposed()))
    default:
      throw NodeFailure(name, expected: "a matrix", found: "another value")
    }
  }
}
