import SignetModel

/// Sums and products of values, and of values and constants.
extension GraphImporter {
  static let arithmeticMappings: [String: Mapping] = [
    "Add": { importer, context throws(NodeFailure) in try importer.sum(context) },
    "Sum": { importer, context throws(NodeFailure) in try importer.sum(context) },
    "Sub": { importer, context throws(NodeFailure) in try importer.difference(context) },
    "Mul": { importer, context throws(NodeFailure) in try importer.product(context) },
    "Div": { importer, context throws(NodeFailure) in try importer.quotient(context) },
    "Neg": { importer, context throws(NodeFailure) in
      try importer.function(context, .elementary(.negate))
    },
  ]

  private mutating func sum(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    var views = context.inputs.compactMap { $0?.view }
    let constants = context.inputs.compactMap { $0?.constant }
    guard views.count + constants.count == context.inputs.count else {
      throw NodeFailure("inputs", expected: "tensors", found: "others")
    }
    var result = views.removeFirst()
    if !views.isEmpty {
      if views.allSatisfy({ $0.dims == result.dims }) {
        result = try combine(context, .add, [result] + views)
      } else {
        for view in views { result = try combine(context, .add, [result, view]) }
      }
    }
    for constant in constants {
      result = try adding(constant, to: result, context, isOnly: views.isEmpty)
    }
    return [.activation(result)]
  }

  private mutating func difference(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    switch (context.input(0), context.input(1)) {
    case (.activation(let left)?, .activation(let right)?):
      return [.activation(try combine(context, .binary(.subtract), [left, right]))]
    case (.activation(let view)?, .constant(let constant)?):
      try budget.claimWork(constant.byteCount, "B")
      let negative = try constant.mapped("B") { -$0 }
      return [.activation(try adding(negative, to: view, context, isOnly: true))]
    case (.constant(let constant)?, .activation(let view)?):
      let minus = FoldedConstant(ConstantTensor(dims: [], floats: [-1]))
      let negative = try scaling(view, by: minus, context)
      return [.activation(try adding(constant, to: negative, context, isOnly: false))]
    default:
      throw NodeFailure("inputs", expected: "two tensors", found: context.inputs.count)
    }
  }

  private mutating func product(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    switch (context.input(0), context.input(1)) {
    case (.activation(let left)?, .activation(let right)?):
      if let gate = gated(left, by: right) ?? gated(right, by: left) {
        return try emitElementwise(context.name(), .activation(gate.function), on: gate.view)
      }
      return [.activation(try combine(context, .multiply, [left, right]))]
    case (.activation(let view)?, .constant(let constant)?),
      (.constant(let constant)?, .activation(let view)?):
      return [.activation(try scaling(view, by: constant, context))]
    default:
      throw NodeFailure("inputs", expected: "two tensors", found: context.inputs.count)
    }
  }

  private mutating func quotient(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    switch (context.input(0), context.input(1)) {
    case (.activation(let view)?, .constant(let constant)?):
      try budget.claimWork(constant.byteCount, "B")
      let inverse = try constant.mapped("B") { 1 / $0 }
      return [.activation(try scaling(view, by: inverse, context))]
    case (.constant(let constant)?, .activation(let view)?):
      let inverse = try emitElementwise(
        "\(context.name()).reciprocal", .activation(.elementary(.reciprocal)), on: view)
      guard let inverse = inverse.first?.view else { return inverse }
      return [.activation(try scaling(inverse, by: constant, context))]
    default:
      return [.activation(try binary(context, .divide))]
    }
  }

  /// `x · sigmoid(x)` and `x · hardSigmoid(x)` are functions of their own.
  private func gated(_ view: View, by gate: View) -> (view: View, function: Activation)? {
    guard let index = nodeIndices[gate.node], nodes[index].inputs == [view.node],
      gate.of(view.node).matches(view),
      case .activation(let function) = nodes[index].operation
    else { return nil }
    switch function {
    case .sigmoid: return (view, .silu)
    case .hardSigmoid(let slope, 0.5) where abs(slope * 6 - 1) < 1e-6: return (view, .hardSwish)
    default: return nil
    }
  }

  mutating func scaling(
    _ view: View, by constant: FoldedConstant, _ context: NodeContext
  ) throws(NodeFailure) -> View {
    if let gate = hardGate(view, by: constant) {
      let result = try emit(context.name(), .activation(gate.function), [gate.view.node])
      return gate.view.of(result.node)
    }
    let (aligned, tensor) = try align(constant, with: view, "B")
    let affine = Affine(shape: Shape(tensor.dims), hasBias: false)
    let result = try emit(context.name(), .affine(affine), [aligned.node], [(.weight, tensor)])
    return aligned.of(result.node)
  }

  /// - Parameter isOnly: the value is an input of the ONNX node itself, not a result on the way.
  mutating func adding(
    _ constant: FoldedConstant, to view: View, _ context: NodeContext, isOnly: Bool
  ) throws(NodeFailure) -> View {
    let (aligned, tensor) = try align(constant, with: view, "B")
    if isOnly, aligned == view, try absorb(tensor, into: view, context) { return view }
    let affine = Affine(shape: Shape(tensor.dims), hasWeight: false)
    let result = try emit(context.name(), .affine(affine), [aligned.node], [(.bias, tensor)])
    return aligned.of(result.node)
  }

  /// Makes a constant per channel the bias of the layer before it, if nobody else reads that.
  private mutating func absorb(
    _ constant: ConstantTensor, into view: View, _ context: NodeContext
  ) throws(NodeFailure) -> Bool {
    guard let index = nodeIndices[view.node],
      let name = owners[view.node], context.node.input.contains(name), readers[name] == 1
    else { return false }
    let node = nodes[index]
    let operation: NodeOperation
    let count: Int
    switch node.operation {
    case .convolution(var attributes) where !attributes.hasBias:
      attributes.hasBias = true
      operation = .convolution(attributes)
      count = attributes.outputChannels
    case .linear(var attributes) where !attributes.hasBias:
      attributes.hasBias = true
      operation = .linear(attributes)
      count = attributes.outputs
    default:
      return false
    }
    guard constant.dims.dropFirst().allSatisfy({ $0 == 1 }),
      constant.count == count || constant.count == 1, constant.floats.allSatisfy(\.isFinite)
    else { return false }
    let values =
      constant.count == count
      ? constant.floats : [Float](repeating: constant.floats[0], count: count)
    guard let bias = try? Weight(shape: [count], values: values) else { return false }
    nodes[index].operation = operation
    weights[node.parameterName(.bias)] = bias
    return true
  }
}

extension FoldedConstant {
  var asFloats: FoldedConstant {
    FoldedConstant(samples: samples.map { ConstantTensor(dims: $0.dims, floats: $0.floats) })
  }

  /// The constant with a function applied to each float element.
  func mapped(
    _ name: String, _ function: (Float) -> Float
  ) throws(NodeFailure) -> FoldedConstant {
    guard samples.allSatisfy({ $0.integers == nil }) else {
      throw NodeFailure(name, expected: "numbers of a float type", found: samples[0].type)
    }
    return FoldedConstant(
      samples: samples.map {
        ConstantTensor(dims: $0.dims, floats: $0.floats.map(function), type: $0.type)
      })
  }
}
