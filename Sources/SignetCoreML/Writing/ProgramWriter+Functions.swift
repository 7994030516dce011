import SignetModel

/// Functions of one number and of two.
extension ProgramWriter {
  mutating func write(
    _ function: Activation, _ input: ProgramValue, as name: String
  ) throws(ProgramProblem) -> ProgramValue {
    let extents = input.extents
    func unary(
      _ operation: String, _ numbers: [(String, Float)] = [], of value: ProgramValue,
      as name: String, _ writer: inout ProgramWriter
    ) -> ProgramValue {
      let operands = [("x", Operand.value(value))] + numbers.map { ($0, Operand.number($1)) }
      return writer.append(operation, operands, extents: extents, as: name)
    }
    switch function {
    case .leakyRelu(let slope):
      return unary("leaky_relu", [("alpha", slope)], of: input, as: name, &self)
    case .clip(let minimum, let maximum): return clipped(input, minimum, maximum, as: name)
    case .sigmoid: return unary("sigmoid", of: input, as: name, &self)
    case .hardSigmoid(let slope, let offset):
      return unary(
        "sigmoid_hard", [("alpha", slope), ("beta", offset)], of: input, as: name, &self)
    case .hardSwish:
      let gate = unary(
        "sigmoid_hard", [("alpha", 1 / 6), ("beta", 0.5)], of: input, as: "\(name)_gate", &self)
      return binary("mul", .value(input), .value(gate), extents, as: name)
    case .silu: return unary("silu", of: input, as: name, &self)
    case .elu(let scale, let gain, let reach):
      // reach · elu(x / reach) has the slope 1 above 0.
      var value = input
      if reach != 1 {
        value = binary("mul", .value(value), .number(1 / reach), extents, as: "\(name)_shrunk")
      }
      value = unary(
        "elu", [("alpha", scale / reach)], of: value,
        as: gain * reach == 1 ? name : "\(name)_elu", &self)
      return gain * reach == 1
        ? value : binary("mul", .value(value), .number(gain * reach), extents, as: name)
    case .thresholdedRelu(let threshold):
      return unary("thresholded_relu", [("alpha", threshold)], of: input, as: name, &self)
    case .power(let exponent):
      return binary("pow", .value(input), .number(exponent), extents, as: name)
    case .elementary(let function): return write(function, input, as: name)
    }
  }

  private mutating func clipped(
    _ input: ProgramValue, _ minimum: Float?, _ maximum: Float?, as name: String
  ) -> ProgramValue {
    var value = input
    if let minimum {
      value = binary(
        "maximum", .value(value), .number(minimum), input.extents,
        as: maximum == nil ? name : "\(name)_raised")
    }
    if let maximum {
      value = binary("minimum", .value(value), .number(maximum), input.extents, as: name)
    }
    return value
  }

  private mutating func write(
    _ function: Elementary, _ input: ProgramValue, as name: String
  ) -> ProgramValue {
    let extents = input.extents
    var operands: [(String, Operand)] = [("x", .value(input))]
    switch function {
    case .negate: return binary("mul", .value(input), .number(-1), extents, as: name)
    case .reciprocal: return binary("real_div", .number(1), .value(input), extents, as: name)
    case .not:
      let truth = append(
        "equal", operands + [("y", .number(0))], extents: extents, type: .bool,
        as: "\(name)_truth")
      return number(truth, as: name)
    case .mish:
      let softened = append("softplus", operands, extents: extents, as: "\(name)_softplus")
      let gate = append("tanh", [("x", .value(softened))], extents: extents, as: "\(name)_gate")
      return binary("mul", .value(input), .value(gate), extents, as: name)
    case .log: operands.append(("epsilon", .number(0)))
    case .gelu: operands.append(("mode", .text("EXACT")))
    case .geluTanh: operands.append(("mode", .text("TANH_APPROXIMATION")))
    case .exp, .sqrt, .abs, .sign, .floor, .ceil, .round, .sin, .cos, .tanh, .erf, .softplus,
      .softsign:
      break
    }
    return append(function.operation, operands, extents: extents, as: name)
  }

  mutating func write(
    _ function: BinaryFunction, _ left: ProgramValue, _ right: ProgramValue, extents: [Int],
    as name: String
  ) -> ProgramValue {
    guard function != .remainder else { return remainder(left, right, extents, as: name) }
    guard function.givesTruth else {
      return binary(function.operation, .value(left), .value(right), extents, as: name)
    }
    var (left, right) = (left, right)
    if function.isLogical {
      left = truth(of: left, as: "\(name)_left")
      right = truth(of: right, as: "\(name)_right")
    }
    let result = append(
      function.operation, [("x", .value(left)), ("y", .value(right))], extents: extents,
      type: .bool, as: "\(name)_truth")
    return number(result, as: name)
  }

  /// Core ML's remainder has the sign of the divisor: it is taken of magnitudes.
  private mutating func remainder(
    _ left: ProgramValue, _ right: ProgramValue, _ extents: [Int], as name: String
  ) -> ProgramValue {
    func magnitude(
      _ value: ProgramValue, _ suffix: String, _ writer: inout ProgramWriter
    ) -> ProgramValue {
      writer.append("abs", [("x", .value(value))], extents: value.extents, as: name + suffix)
    }
    let (above, below) = (magnitude(left, "_above", &self), magnitude(right, "_below", &self))
    let rest = binary("mod", .value(above), .value(below), extents, as: "\(name)_rest")
    let sign = append(
      "sign", [("x", .value(left))], extents: left.extents, as: "\(name)_sign")
    return binary("mul", .value(rest), .value(sign), extents, as: name)
  }

  mutating func binary(
    _ operation: String, _ left: Operand, _ right: Operand, _ extents: [Int], as name: String
  ) -> ProgramValue {
    append(operation, [("x", left), ("y", right)], extents: extents, as: name)
  }

  /// Whether numbers are other than 0.
  mutating func truth(of value: ProgramValue, as name: String) -> ProgramValue {
    append(
      "not_equal", [("x", .value(value)), ("y", .number(0))], extents: value.extents, type: .bool,
      as: name)
  }

  /// A number of another type in the program's precision.
  mutating func number(_ value: ProgramValue, as name: String) -> ProgramValue {
    append(
      "cast", [("x", .value(value)), ("dtype", .text(precision.name))], extents: value.extents,
      as: name)
  }
}

extension Elementary {
  /// Of those that Core ML has an operation for.
  fileprivate var operation: String {
    switch self {
    case .geluTanh: "gelu"
    default: rawValue
    }
  }
}

extension BinaryFunction {
  fileprivate var operation: String {
    switch self {
    case .add: "add"
    case .subtract: "sub"
    case .multiply: "mul"
    case .divide: "real_div"
    case .minimum: "minimum"
    case .maximum: "maximum"
    case .power: "pow"
    case .remainder: "mod"
    case .equal: "equal"
    case .less: "less"
    case .lessOrEqual: "less_equal"
    case .greater: "greater"
    case .greaterOrEqual: "greater_equal"
    case .and: "logical_and"
    case .or: "logical_or"
    case .exclusiveOr: "logical_xor"
    }
  }

  fileprivate var isLogical: Bool { self == .and || self == .or || self == .exclusiveOr }

  fileprivate var givesTruth: Bool {
    switch self {
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .exclusiveOr: true
    default: false
    }
  }
}
