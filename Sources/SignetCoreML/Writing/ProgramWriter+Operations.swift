import SignetModel

extension ProgramWriter {
  /// Writes one node; its value bears the node's name, as far as programs allow it.
  mutating func write(_ node: Node) throws(ProgramProblem) -> ProgramValue {
    let extents = extents(of: node.name)
    try checkRank(extents)
    let inputs = node.inputs.map(value(of:))
    switch node.operation {
    case .convolution(let attributes): return try write(attributes, node)
    case .linear:
      return try appendLayer("linear", node, extents)
    case .batchNorm(let attributes): return try write(attributes, node, inputs[0])
    case .relu: return append("relu", [("x", .value(inputs[0]))], extents: extents, as: node.name)
    case .maxPool(let attributes): return try write(attributes, node, inputs[0], isMaximum: true)
    case .averagePool(let attributes):
      return try write(attributes, node, inputs[0], isMaximum: false)
    case .globalAveragePool:
      return append(
        "reduce_mean",
        [("x", .value(inputs[0])), ("axes", .integers([2, 3])), ("keep_dims", .flag(true))],
        extents: extents, as: node.name)
    case .add: return chain("add", inputs, node)
    case .multiply: return chain("mul", inputs, node)
    case .concatenate:
      return append(
        "concat",
        [("values", .values(inputs)), ("axis", .integer(1)), ("interleave", .flag(false))],
        extents: extents, as: node.name)
    case .flatten, .reshape: return reshaped(inputs[0], to: extents, as: node.name)
    case .dropout: return inputs[0]
    case .pad(let attributes): return write(attributes, node, inputs[0])
    case .slice(let attributes): return write(attributes, node, inputs[0])
    case .activation(let function): return try write(function, inputs[0], as: node.name)
    case .prelu(let shape): return try writePrelu(shape, node, inputs[0])
    case .affine(let attributes): return try write(attributes, node, inputs[0])
    case .localResponseNorm(let attributes): return try write(attributes, node, inputs[0])
    case .softmax(let axis):
      return append(
        "softmax", [("x", .value(inputs[0])), ("axis", .integer(axis + 1))], extents: extents,
        as: node.name)
    case .logSoftmax(let axis): return writeLogSoftmax(axis, node, inputs[0])
    case .spread(let stride): return try writeSpread(stride, node, inputs[0])
    case .resize(let attributes): return try write(attributes, node, inputs[0])
    case .gridSample(let attributes): return try write(attributes, node, inputs)
    case .binary(let function):
      return write(function, inputs[0], inputs[1], extents: extents, as: node.name)
    case .select:
      let condition = truth(of: inputs[0], as: "\(node.name)_condition")
      return append(
        "select",
        [("cond", .value(condition)), ("a", .value(inputs[1])), ("b", .value(inputs[2]))],
        extents: extents, as: node.name)
    case .constant(let shape):
      guard let weight = model.weight(.weight, of: node) else { return inputs[0] }
      return try constant(weight.floats, extents: [1] + shape.extents, as: node.name)
    case .transpose, .reduce, .argExtreme, .normalize, .matrixProduct, .region, .selection:
      return try writeAlongAxes(node, inputs)
    }
  }

  private mutating func appendLayer(
    _ operation: String, _ node: Node, _ extents: [Int], _ operands: [(String, Operand)] = []
  ) throws(ProgramProblem) -> ProgramValue {
    let input = try scaledInput(of: node)
    var all: [(String, Operand)] = [("x", .value(input))]
    if let weight = try weight(.weight, of: node) { all.append(("weight", .value(weight))) }
    if let bias = try weight(.bias, of: node) { all.append(("bias", .value(bias))) }
    return append(operation, all + operands, extents: extents, as: node.name)
  }

  private mutating func write(
    _ convolution: Convolution, _ node: Node
  ) throws(ProgramProblem) -> ProgramValue {
    try appendLayer(
      "conv", node, extents(of: node.name),
      [
        ("strides", .integers(convolution.stride.list)), ("pad_type", .text("custom")),
        ("pad", .integers(convolution.padding.list)),
        ("dilations", .integers(convolution.dilation.list)),
        ("groups", .integer(convolution.groups)),
      ])
  }

  /// As a factor and an offset per channel: a variance may be too small for half precision.
  private mutating func write(
    _ norm: BatchNorm, _ node: Node, _ input: ProgramValue
  ) throws(ProgramProblem) -> ProgramValue {
    let roles: [ParameterRole] = [.weight, .bias, .runningMean, .runningVariance]
    let numbers = roles.map { model.weight($0, of: node)?.floats.map(Double.init) ?? [] }
    let factors = zip(numbers[0], numbers[3]).map { weight, variance in
      weight / (variance + Double(norm.epsilon)).squareRoot()
    }
    let offsets = zip(zip(numbers[1], numbers[2]), factors).map { pair, factor in
      pair.0 - pair.1 * factor
    }
    let broadcast = [1, norm.channels] + input.extents.dropFirst(2).map { _ in 1 }
    return try scaleAndShift(
      input, by: factors.map(Float.init), offsets.map(Float.init), broadcast, node.name)
  }

  private mutating func write(
    _ affine: Affine, _ node: Node, _ input: ProgramValue
  ) throws(ProgramProblem) -> ProgramValue {
    try scaleAndShift(
      input, by: model.weight(.weight, of: node)?.floats,
      model.weight(.bias, of: node)?.floats, [1] + affine.shape.extents, node.name)
  }

  /// - Parameter broadcast: extents of factors and offsets
  private mutating func scaleAndShift(
    _ input: ProgramValue, by factors: [Float]?, _ offsets: [Float]?, _ broadcast: [Int],
    _ name: String
  ) throws(ProgramProblem) -> ProgramValue {
    var value = input
    for (operation, numbers) in [("mul", factors), ("add", offsets)] {
      guard let numbers else { continue }
      let stored = try constant(numbers, extents: broadcast, as: "\(name)_\(operation)_by")
      value = append(
        operation, [("x", .value(value)), ("y", .value(stored))], extents: input.extents,
        as: operation == "mul" && offsets != nil ? "\(name)_scaled" : name)
    }
    return value
  }

  private mutating func chain(
    _ operation: String, _ inputs: [ProgramValue], _ node: Node
  ) -> ProgramValue {
    var value = inputs[0]
    for (index, input) in inputs.enumerated().dropFirst() {
      let extents = zip(value.extents, input.extents).map(max)
      value = append(
        operation, [("x", .value(value)), ("y", .value(input))], extents: extents,
        as: index == inputs.count - 1 ? node.name : "\(node.name)_\(index)")
    }
    return value
  }

  /// Along the weight's shape, whatever it is: Core ML's own operation takes one per channel.
  private mutating func writePrelu(
    _ shape: Shape, _ node: Node, _ input: ProgramValue
  ) throws(ProgramProblem) -> ProgramValue {
    guard let weight = model.weight(.weight, of: node) else { return input }
    let extents = input.extents
    if extents.count == 4, shape.extents == [extents[1], 1, 1] {
      let slopes = try constant(weight.floats, extents: [extents[1]], as: "\(node.name)_alpha")
      return append(
        "prelu", [("x", .value(input)), ("alpha", .value(slopes))], extents: extents, as: node.name)
    }
    let slopes = try constant(
      weight.floats, extents: [1] + shape.extents, as: "\(node.name)_slopes")
    let above = append("relu", [("x", .value(input))], extents: extents, as: "\(node.name)_above")
    let below = append(
      "sub", [("x", .value(input)), ("y", .value(above))], extents: extents,
      as: "\(node.name)_below")
    let scaled = append(
      "mul", [("x", .value(below)), ("y", .value(slopes))], extents: extents,
      as: "\(node.name)_scaled")
    return append(
      "add", [("x", .value(above)), ("y", .value(scaled))], extents: extents, as: node.name)
  }

  private mutating func write(
    _ norm: LocalResponseNorm, _ node: Node, _ input: ProgramValue
  ) throws(ProgramProblem) -> ProgramValue {
    guard norm.size % 2 == 1 else {
      throw ProgramProblem(
        "local response normalisation takes an odd number of channels, found \(norm.size)")
    }
    return append(
      "local_response_norm",
      [
        ("x", .value(input)), ("size", .integer(norm.size)), ("alpha", .number(norm.alpha)),
        ("beta", .number(norm.beta)), ("k", .number(norm.bias)),
      ], extents: input.extents, as: node.name)
  }

  private mutating func writeLogSoftmax(
    _ axis: Int, _ node: Node, _ input: ProgramValue
  ) -> ProgramValue {
    var reduced = input.extents
    reduced[axis + 1] = 1
    let sum = append(
      "reduce_log_sum_exp",
      [("x", .value(input)), ("axes", .integers([axis + 1])), ("keep_dims", .flag(true))],
      extents: reduced, as: "\(node.name)_log_sum")
    return append(
      "sub", [("x", .value(input)), ("y", .value(sum))], extents: input.extents, as: node.name)
  }
}

extension Size2D {
  var list: [Int] { [height, width] }
}

extension Padding2D {
  /// In Core ML's order.
  var list: [Int] { [top, bottom, left, right] }
}
