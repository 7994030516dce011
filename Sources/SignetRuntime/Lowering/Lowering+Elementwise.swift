import CSignetKernels
import SignetModel

extension Lowering {
  /// Steps that work element by element, along one axis, or only move elements.
  mutating func lowerElementwise(_ step: PlannedStep) throws(EngineError) {
    let layer = step.nodes.first?.name ?? Graph.inputName
    switch step.work {
    case .activation(let function, let input, let out):
      let (code, a, b, c) = function.kernelArguments
      let arguments = signet_activation(
        in: lowered(input), out: lowered(out), function: code, a: a, b: b, c: c)
      try append(
        step, function.name, arguments, table.activation, out: out,
        cost: out.elements * (function.isTranscendental ? 4 : 1) / 4)
    case .constants(let work):
      let shape = work.shape
      let arguments = signet_constants(
        in: lowered(work.input), out: lowered(work.out),
        weight: try stored(work.weight, layer), bias: try stored(work.bias, layer),
        row_stride: shape.height == 1 ? 0 : Int64(shape.width * shape.channels),
        pixel_stride: shape.width == 1 ? 0 : Int64(shape.channels),
        channel_stride: shape.channels == 1 ? 0 : 1, prelu: work.isPrelu)
      try append(
        step, work.isPrelu ? "prelu" : "constants", arguments, table.constants,
        out: work.out, cost: work.out.elements / 4)
    case .binary(let function, let left, let right, let out):
      let arguments = signet_binary(
        left: lowered(left), right: lowered(right), out: lowered(out), function: function.kernel)
      try append(
        step, function.rawValue, arguments, table.binary, out: out, cost: out.elements / 4)
    case .select(let inputs, let out):
      let arguments = signet_select(
        condition: lowered(inputs[0]), left: lowered(inputs[1]), right: lowered(inputs[2]),
        out: lowered(out))
      try append(
        step, "select", arguments, signet_select_run, out: out, cost: out.elements / 2,
        set: "plain")
    case .responseNorm(let attributes, let input, let out):
      let arguments = signet_response_norm(
        in: lowered(input), out: lowered(out),
        before: Int32(clamping: min(attributes.channelsBefore, input.channels)),
        after: Int32(clamping: min(attributes.channelsAfter, input.channels)),
        share: attributes.alpha / Float(attributes.size), beta: attributes.beta,
        bias: attributes.bias)
      try append(
        step, "response_norm", arguments, signet_response_norm_run, out: out,
        cost: out.elements * 8, set: "plain")
    case .softmax(let axis, let isLogarithm, let input, let out):
      let arguments = signet_softmax(
        in: lowered(input), out: lowered(out), axis: try int32(axis, layer),
        is_logarithm: isLogarithm)
      try append(
        step, "softmax", arguments, table.softmax, out: out, cost: out.elements * 4)
    case .gather(let work):
      let arguments = signet_gather(
        in: lowered(work.input), out: lowered(work.out), offsets: try offsets(of: work, layer))
      try append(
        step, "gather", arguments, signet_gather_run, out: work.out, cost: work.out.elements / 2,
        set: "plain")
    default:
      throw .missingValue(layer: layer)
    }
  }

  /// H × W × C of the output: floats from the input image's start.
  private func offsets(
    of work: PlannedGather, _ layer: String
  ) throws(EngineError) -> UnsafePointer<Int32> {
    let table = try memory.zeros(work.out.elements, of: Int32.self, for: "layer '\(layer)'")
    let area = work.out.height * work.out.width
    var element = 0
    work.order.forEachSource { source in
      let (channel, pixel) = element.quotientAndRemainder(dividingBy: area)
      // Fits: the planner has seen the image's stride.
      table[pixel * work.out.channels + channel] = Int32(work.input.place(of: source))
      element += 1
    }
    return UnsafePointer(table)
  }

  private func stored(
    _ values: [Float]?, _ layer: String
  ) throws(EngineError) -> UnsafePointer<Float>? {
    guard let values else { return nil }
    return UnsafePointer(try memory.array(values, for: layer))
  }
}

extension Activation {
  fileprivate var kernelArguments: (signet_function, Float, Float, Float) {
    switch self {
    case .leakyRelu(let slope): (SIGNET_LEAKY_RELU, slope, 0, 0)
    case .clip(let minimum, let maximum):
      (SIGNET_CLIP, minimum ?? -.infinity, maximum ?? .infinity, 0)
    case .sigmoid: (SIGNET_SIGMOID, 0, 0, 0)
    case .hardSigmoid(let slope, let offset): (SIGNET_HARD_SIGMOID, slope, offset, 0)
    case .hardSwish: (SIGNET_HARD_SWISH, 0, 0, 0)
    case .silu: (SIGNET_SILU, 0, 0, 0)
    case .elu(let scale, let gain, let reach): (SIGNET_ELU, scale, reach, gain)
    case .thresholdedRelu(let threshold): (SIGNET_THRESHOLDED_RELU, threshold, 0, 0)
    case .power(let exponent): (SIGNET_POWER, exponent, 0, 0)
    case .elementary(let function): (function.kernel, 0, 0, 0)
    }
  }

  fileprivate var isTranscendental: Bool {
    switch self {
    case .leakyRelu, .clip, .hardSigmoid, .hardSwish, .thresholdedRelu: false
    case .sigmoid, .silu, .elu, .power, .elementary: true
    }
  }
}

extension Elementary {
  fileprivate var kernel: signet_function {
    switch self {
    case .exp: SIGNET_EXP
    case .log: SIGNET_LOG
    case .sqrt: SIGNET_SQRT
    case .reciprocal: SIGNET_RECIPROCAL
    case .abs: SIGNET_ABS
    case .negate: SIGNET_NEGATE
    case .sign: SIGNET_SIGN
    case .floor: SIGNET_FLOOR
    case .ceil: SIGNET_CEIL
    case .round: SIGNET_ROUND
    case .sin: SIGNET_SIN
    case .cos: SIGNET_COS
    case .tanh: SIGNET_TANH
    case .erf: SIGNET_ERF
    case .gelu: SIGNET_GELU
    case .geluTanh: SIGNET_GELU_TANH
    case .softplus: SIGNET_SOFTPLUS
    case .softsign: SIGNET_SOFTSIGN
    case .mish: SIGNET_MISH
    case .not: SIGNET_NOT
    }
  }
}

extension BinaryFunction {
  fileprivate var kernel: signet_binary_function {
    switch self {
    case .add: SIGNET_ADD
    case .subtract: SIGNET_SUBTRACT
    case .multiply: SIGNET_MULTIPLY
    case .divide: SIGNET_DIVIDE
    case .minimum: SIGNET_MINIMUM
    case .maximum: SIGNET_MAXIMUM
    case .power: SIGNET_POWER_OF
    case .remainder: SIGNET_REMAINDER
    case .equal: SIGNET_EQUAL
    case .less: SIGNET_LESS
    case .lessOrEqual: SIGNET_LESS_OR_EQUAL
    case .greater: SIGNET_GREATER
    case .greaterOrEqual: SIGNET_GREATER_OR_EQUAL
    case .and: SIGNET_AND
    case .or: SIGNET_OR
    case .exclusiveOr: SIGNET_EXCLUSIVE_OR
    }
  }
}
