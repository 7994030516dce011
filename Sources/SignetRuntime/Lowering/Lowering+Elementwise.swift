import CSignetKernels
import SignetModel

extension Lowering {
  /// Steps whose kernels are plain C on every processor.
  mutating func lowerElementwise(_ step: PlannedStep) throws(EngineError) {
    let layer = step.nodes.first?.name ?? Graph.inputName
    switch step.work {
    case .activation(let function, let input, let out):
      let (code, a, b) = function.kernelArguments
      let arguments = signet_activation(
        in: lowered(input), out: lowered(out), function: code, a: a, b: b)
      try append(
        step, function.function.rawValue, arguments, signet_activation_run, out: out,
        cost: out.elements * (function.isTranscendental ? 4 : 1) / 4, set: "plain")
    case .constants(let work):
      let shape = work.shape
      let arguments = signet_constants(
        in: lowered(work.input), out: lowered(work.out),
        weight: try stored(work.weight, layer), bias: try stored(work.bias, layer),
        row_stride: shape.height == 1 ? 0 : Int64(shape.width * shape.channels),
        pixel_stride: shape.width == 1 ? 0 : Int64(shape.channels),
        channel_stride: shape.channels == 1 ? 0 : 1, prelu: work.isPrelu)
      try append(
        step, work.isPrelu ? "prelu" : "constants", arguments, signet_constants_run,
        out: work.out, cost: work.out.elements / 4, set: "plain")
    case .product(let left, let right, let out):
      let arguments = signet_product(
        left: lowered(left), right: lowered(right), out: lowered(out))
      try append(
        step, "product", arguments, signet_product_run, out: out, cost: out.elements / 4,
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
    case .softmax(let axis, let input, let out):
      let arguments = signet_softmax(
        in: lowered(input), out: lowered(out), axis: try int32(axis, layer))
      try append(
        step, "softmax", arguments, signet_softmax_run, out: out, cost: out.elements * 4,
        set: "plain")
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
  fileprivate var kernelArguments: (signet_function, Float, Float) {
    switch self {
    case .leakyRelu(let slope): (SIGNET_LEAKY_RELU, slope, 0)
    case .clip(let minimum, let maximum):
      (SIGNET_CLIP, minimum ?? -.infinity, maximum ?? .infinity)
    case .sigmoid: (SIGNET_SIGMOID, 0, 0)
    case .hardSigmoid(let slope, let offset): (SIGNET_HARD_SIGMOID, slope, offset)
    case .hardSwish: (SIGNET_HARD_SWISH, 0, 0)
    case .silu: (SIGNET_SILU, 0, 0)
    }
  }

  fileprivate var isTranscendental: Bool {
    switch self {
    case .sigmoid, .silu: true
    default: false
    }
  }
}
