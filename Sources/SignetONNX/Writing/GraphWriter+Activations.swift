import SignetModel

extension GraphWriter {
  mutating func write(
    _ function: Activation, _ node: Node, _ inputs: [String], _ output: String
  ) {
    switch function {
    case .leakyRelu(let slope):
      append("LeakyRelu", inputs, to: output, [.float("alpha", slope)])
    case .clip(let minimum, let maximum):
      var bounds = [minimum.map { store("\(node.name).min", [$0], dims: []) } ?? ""]
      if let maximum { bounds.append(store("\(node.name).max", [maximum], dims: [])) }
      append("Clip", inputs + bounds, to: output)
    case .sigmoid: append("Sigmoid", inputs, to: output)
    case .hardSigmoid(let slope, let offset):
      append("HardSigmoid", inputs, to: output, [.float("alpha", slope), .float("beta", offset)])
    case .hardSwish: append("HardSwish", inputs, to: output)
    case .silu:
      let gate = append("Sigmoid", inputs, to: beside("\(node.name).gate"))
      append("Mul", inputs + [gate], to: output)
    case .elu(let scale, let gain, let reach) where scale == reach && gain == 1:
      append("Celu", inputs, to: output, [.float("alpha", scale)])
    case .elu(let scale, let gain, _):
      append("Selu", inputs, to: output, [.float("alpha", scale), .float("gamma", gain)])
    case .thresholdedRelu(let threshold):
      append("ThresholdedRelu", inputs, to: output, [.float("alpha", threshold)])
    case .power(let exponent):
      append(
        "Pow", inputs + [store("\(node.name).exponent", [exponent], dims: [])], to: output)
    case .elementary(let function): write(function, node, inputs, output)
    }
  }

  private mutating func write(
    _ function: Elementary, _ node: Node, _ inputs: [String], _ output: String
  ) {
    guard function == .not else {
      append(
        function.operatorName, inputs, to: output,
        function == .geluTanh ? [.string("approximate", "tanh")] : [])
      return
    }
    let truth = append("Cast", inputs, to: beside("\(node.name).boolean"), [.boolean])
    let result = append("Not", [truth], to: beside("\(node.name).not"))
    append("Cast", [result], to: output, [.float32])
  }

  mutating func write(
    _ function: BinaryFunction, _ node: Node, _ inputs: [String], _ output: String
  ) {
    var inputs = inputs
    if function.isLogical {
      inputs = inputs.enumerated().map { index, input in
        append("Cast", [input], to: beside("\(node.name).boolean\(index)"), [.boolean])
      }
    }
    guard function.givesTruth else {
      append(
        function.operatorName, inputs, to: output,
        function == .remainder ? [.flag("fmod", true)] : [])
      return
    }
    let truth = append(function.operatorName, inputs, to: beside("\(node.name).truth"))
    append("Cast", [truth], to: output, [.float32])
  }
}

extension Elementary {
  fileprivate var operatorName: String {
    switch self {
    case .exp: "Exp"
    case .log: "Log"
    case .sqrt: "Sqrt"
    case .reciprocal: "Reciprocal"
    case .abs: "Abs"
    case .negate: "Neg"
    case .sign: "Sign"
    case .floor: "Floor"
    case .ceil: "Ceil"
    case .round: "Round"
    case .sin: "Sin"
    case .cos: "Cos"
    case .tanh: "Tanh"
    case .erf: "Erf"
    case .gelu, .geluTanh: "Gelu"
    case .softplus: "Softplus"
    case .softsign: "Softsign"
    case .mish: "Mish"
    case .not: "Not"
    }
  }
}

extension BinaryFunction {
  fileprivate var operatorName: String {
    switch self {
    case .add: "Add"
    case .subtract: "Sub"
    case .multiply: "Mul"
    case .divide: "Div"
    case .minimum: "Min"
    case .maximum: "Max"
    case .power: "Pow"
    case .remainder: "Mod"
    case .equal: "Equal"
    case .less: "Less"
    case .lessOrEqual: "LessOrEqual"
    case .greater: "Greater"
    case .greaterOrEqual: "GreaterOrEqual"
    case .and: "And"
    case .or: "Or"
    case .exclusiveOr: "Xor"
    }
  }

  /// Whether ONNX takes booleans only.
  fileprivate var isLogical: Bool { self == .and || self == .or || self == .exclusiveOr }

  /// Whether ONNX gives booleans.
  var givesTruth: Bool {
    switch self {
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .exclusiveOr: true
    default: false
    }
  }
}

extension ProtoAttribute {
  /// What a Cast casts to.
  static let boolean = ProtoAttribute.integer("to", Int(ElementType.bool.onnxCode))
}
