import CSignetKernels
import SignetModel

/// Turns planned steps into kernels and their arguments.
struct Lowering {
  let table: signet_kernel_set
  let choice: KernelChoice
  let memory: Memory
  let maximumBatch: Int
  let arena: UnsafeMutablePointer<Float>
  /// Floats from the arena's start, by buffer.
  let offsets: [Int]

  private(set) var steps: [signet_step] = []
  private(set) var descriptions: [EnginePlan.Step] = []
  private(set) var scratchBytes = 64
  /// What is read from and written to the outside, in the graph's order.
  private(set) var inputs: [UnsafeMutablePointer<signet_transfer>] = []
  private(set) var outputs: [UnsafeMutablePointer<signet_transfer>] = []
  /// The largest magnitudes of values, that steps before gather.
  private var absmax: [AbsmaxView: Absmax] = [:]
  /// Convolutions whose kernels find the absmax of their results, by what they write.
  private var givers: [ValueView: Giver] = [:]

  init(
    table: signet_kernel_set, choice: KernelChoice, memory: Memory, maximumBatch: Int,
    arena: UnsafeMutablePointer<Float>, offsets: [Int]
  ) {
    self.table = table
    self.choice = choice
    self.memory = memory
    self.maximumBatch = maximumBatch
    self.arena = arena
    self.offsets = offsets
  }

  mutating func lower(_ step: PlannedStep) throws(EngineError) {
    let layer = step.nodes.first?.name ?? Graph.inputName
    switch step.work {
    case .fromPlanes(let view):
      inputs.append(try transfer(step, "input", view, planes: nil, table.from_planes))
    case .toPlanes(let view):
      outputs.append(try transfer(step, "output", view, planes: nil, table.to_planes))
    case .flatten(let input, let out):
      _ = try transfer(step, "flatten", input, planes: pointer(to: out), table.to_planes)
    case .convolution(let work):
      try lower(work, step)
    case .pooling(let attributes, let isMaximum, let input, let out):
      try lower(attributes, isMaximum: isMaximum, from: input, to: out, step)
    case .affine(let scale, let offset, let relu, let input, let out):
      let arguments = signet_affine(
        in: lowered(input), out: lowered(out), scale: try memory.array(scale, for: layer),
        offset: try memory.array(offset, for: layer), relu: relu)
      try append(step, "affine", arguments, table.affine, out: out, cost: out.elements / 8)
    case .sum(let inputs, let relu, let out):
      let arguments = signet_sum(
        inputs: try memory.array(inputs.map(lowered), for: layer),
        count: try int32(inputs.count, layer), out: lowered(out), relu: relu)
      try append(
        step, "sum", arguments, table.sum, out: out, cost: out.elements * inputs.count / 8)
    case .placement(let work):
      let arguments = signet_placement(
        in: lowered(work.input), out: lowered(work.out), top: try int32(work.top, layer),
        left: try int32(work.left, layer),
        channels_before: try int32(work.channelsBefore, layer),
        channel_step: try int32(work.channelStep, layer), value: work.value)
      try append(
        step, "place", arguments, table.place, out: work.out, cost: work.out.elements / 4)
    case .activation, .constants, .binary, .select, .responseNorm, .softmax, .gather:
      try lowerElementwise(step)
    case .spread, .resize, .gridSample, .fill, .reduce, .normalize, .matrixProduct:
      try lowerGrid(step)
    case .channelSums, .constantFilters:
      try lowerCodes(step)
    }
  }

  private mutating func lower(
    _ attributes: Pooling, isMaximum: Bool, from input: ValueView, to out: ValueView,
    _ step: PlannedStep
  ) throws(EngineError) {
    let layer = step.nodes.first?.name ?? Graph.inputName
    let arguments = signet_pooling(
      in: lowered(input), out: lowered(out),
      kernel_height: try int32(attributes.kernel.height, layer),
      kernel_width: try int32(attributes.kernel.width, layer),
      stride_height: try int32(attributes.stride.height, layer),
      stride_width: try int32(attributes.stride.width, layer),
      pad_top: try int32(attributes.padding.top, layer),
      pad_left: try int32(attributes.padding.left, layer),
      pad_bottom: try int32(attributes.padding.bottom, layer),
      pad_right: try int32(attributes.padding.right, layer),
      counts_padding: attributes.countsPadding)
    let name = isMaximum ? "max_pool" : "average_pool"
    let cost = out.elements * attributes.kernel.area / 8
    guard attributes.dilation == Size2D(1) else {
      let dilated = signet_dilated_pooling(
        pooling: arguments, dilation_height: try int32(attributes.dilation.height, layer),
        dilation_width: try int32(attributes.dilation.width, layer), is_maximum: isMaximum)
      try append(
        step, "dilated_" + name, dilated, signet_dilated_pooling_run, out: out, cost: cost * 8,
        set: "plain")
      return
    }
    try append(
      step, name, arguments, isMaximum ? table.max_pool : table.average_pool, out: out,
      cost: cost)
  }

  private mutating func lower(
    _ work: PlannedConvolution, _ step: PlannedStep
  ) throws(EngineError) {
    let layer = step.nodes.first?.name ?? Graph.inputName
    let chosen = try choice.kernel(for: work)
    let kernel = chosen.kernel
    var shape = chosen.shape
    let packedBytes = kernel.pointee.packed_bytes(&shape)
    let packed = try memory.bytes(packedBytes, for: "layer '\(layer)'")
    switch work.weight.storage {
    case .binary(let codes) where !chosen.expandsCodes:
      codes.bytes.withUnsafeBytes { kernel.pointee.pack(&shape, $0.baseAddress, packed) }
    case .float, .int8, .binary:
      // The array of floats, and the signs it may be made of.
      try memory.budget.check(
        ByteCount.of(2, work.weight.elementCount, elements: Float.self), for: "layer '\(layer)'")
      // A file may hold floats unaligned; the array is not.
      try work.scaledWeights().withUnsafeBytes {
        kernel.pointee.pack(&shape, $0.baseAddress, packed)
      }
    }
    let scale = chosen.expandsCodes ? nil : work.scale
    let absmax = try absmax(for: kernel.pointee, shape, of: work.input, layer)
    let noView = signet_view()
    let arguments = signet_conv(
      shape: shape, in: lowered(work.input), out: lowered(work.result),
      residual: work.residual.map(lowered) ?? noView, packed: packed,
      scale: try scale.map { (scale) throws(EngineError) in
        UnsafePointer(try memory.array(scale, for: layer))
      },
      offset: try memory.array(work.offset, for: layer), absmax: absmax?.start,
      absmax_per_image: Int64(absmax?.countPerImage ?? 0), low: work.bounds.low,
      high: work.bounds.high,
      unit_absmax: nil)
    let needed = kernel.pointee.scratch_bytes(&shape, Int64(maximumBatch))
    // The next thread's working memory begins on a cache line of its own.
    scratchBytes = max(scratchBytes, ByteCount.sum(needed, 127) / 64 * 64)
    let stored = try memory.array([arguments], for: layer)
    let gives = kernel.pointee.gives_absmax || kernel.pointee.gives_sums > 0
    if gives, shape.pooling.kernel_height == 0 {
      givers[work.result] = Giver(arguments: stored, kernel: kernel)
    }
    steps.append(
      signet_step(
        run: nil, arguments: stored, conv_kernel: kernel, rows: 0,
        cost: Int64(work.multiplyAdds / 64)))
    descriptions.append(
      EnginePlan.Step(
        nodes: step.nodes, kernel: String(cString: kernel.pointee.name),
        outputShape: work.result.shape, isBinary: work.weight.isBinary,
        multiplyAdds: work.multiplyAdds, packedBytes: packedBytes))
  }

  /// A value and what its absmax are: the magnitudes of that many adjacent channels, summed.
  private struct AbsmaxView: Hashable {
    var view: ValueView
    var channels: Int32
  }

  private struct Giver {
    var arguments: UnsafeMutablePointer<signet_conv>
    var kernel: UnsafePointer<signet_conv_kernel>

    func gives(sumsOf channels: Int32) -> Bool {
      channels <= 1 ? kernel.pointee.gives_absmax : kernel.pointee.gives_sums == channels
    }
  }

  /// images × countPerImage numbers, of which the largest of an image is its absmax.
  private struct Absmax {
    var start: UnsafePointer<Float>
    var countPerImage: Int
  }

  /// Where a step before gathers what a kernel must know about each row of its input.
  private mutating func absmax(
    for kernel: signet_conv_kernel, _ shape: signet_conv_shape, of view: ValueView,
    _ layer: String
  ) throws(EngineError) -> Absmax? {
    guard kernel.needs_absmax else { return nil }
    guard let measure = kernel.measure else {
      return try absmax(of: AbsmaxView(view: view, channels: kernel.absmax_channels), layer)
    }
    let stored = try floats(perImage: 2 * view.height, for: layer)
    try append(
      PlannedStep(nodes: [], work: .fromPlanes(view)), "measure",
      signet_measurement(in: lowered(view), shape: shape, absmax: stored), measure, out: view,
      cost: view.elements / 8)
    return Absmax(start: stored, countPerImage: 2 * view.height)
  }

  /// Where the step that makes a value, or one of its own, gathers the value's absmax.
  private mutating func absmax(of measured: AbsmaxView, _ layer: String) throws(EngineError)
    -> Absmax
  {
    if let known = absmax[measured] { return known }
    let found: Absmax
    if let given = try givenAbsmax(of: measured, layer) {
      found = given
    } else {
      found = try gatheredAbsmax(of: measured, layer)
    }
    absmax[measured] = found
    return found
  }

  private mutating func givenAbsmax(
    of measured: AbsmaxView, _ layer: String
  ) throws(EngineError) -> Absmax? {
    guard let giver = givers[measured.view], giver.gives(sumsOf: measured.channels) else {
      return nil
    }
    let units = Int(giver.kernel.pointee.units(giver.arguments, 1))
    let stored = try floats(perImage: units, for: layer)
    giver.arguments.pointee.unit_absmax = stored
    return Absmax(start: stored, countPerImage: units)
  }

  private mutating func gatheredAbsmax(
    of measured: AbsmaxView, _ layer: String
  ) throws(EngineError) -> Absmax {
    let view = measured.view
    let stored = try floats(perImage: view.height, for: layer)
    try append(
      PlannedStep(nodes: [], work: .fromPlanes(view)), "absmax",
      signet_absmax(in: lowered(view), channels: measured.channels, absmax: stored), table.absmax,
      out: view,
      cost: view.elements / 16)
    return Absmax(start: stored, countPerImage: view.height)
  }

  private func floats(
    perImage count: Int, for layer: String
  ) throws(EngineError) -> UnsafeMutablePointer<Float> {
    try memory.zeros(ByteCount.product([maximumBatch, count]), of: Float.self, for: layer)
  }

  private mutating func transfer(
    _ step: PlannedStep, _ name: String, _ view: ValueView,
    planes: UnsafeMutablePointer<Float>?, _ run: signet_run_function?
  ) throws(EngineError) -> UnsafeMutablePointer<signet_transfer> {
    let arguments = signet_transfer(view: lowered(view), planes: planes)
    return try append(step, name, arguments, run, out: view, cost: view.elements)
  }

  @discardableResult
  mutating func append<Arguments: BitwiseCopyable>(
    _ step: PlannedStep, _ name: String, _ arguments: Arguments, _ run: signet_run_function?,
    out: ValueView, cost: Int, set: String? = nil
  ) throws(EngineError) -> UnsafeMutablePointer<Arguments> {
    let stored = try memory.array([arguments], for: name)
    steps.append(
      signet_step(
        run: run, arguments: stored, conv_kernel: nil, rows: Int64(out.height),
        cost: Int64(cost)))
    descriptions.append(
      EnginePlan.Step(
        nodes: step.nodes, kernel: "f32_\(name)_\(set ?? String(cString: table.name))",
        outputShape: out.shape, isBinary: false, multiplyAdds: 0, packedBytes: 0))
    return stored
  }

  private func pointer(to view: ValueView) -> UnsafeMutablePointer<Float> {
    arena + offsets[view.buffer] + view.offset
  }

  func lowered(_ view: ValueView) -> signet_view {
    signet_view(
      data: pointer(to: view), image_stride: Int64(view.imageStride),
      row_stride: Int64(view.rowStride), pixel_stride: Int64(view.pixelStride),
      height: Int32(clamping: view.height), width: Int32(clamping: view.width),
      channels: Int32(clamping: view.channels))
  }

  func int32(_ value: Int, _ layer: String) throws(EngineError) -> Int32 {
    try choice.int32(value, layer)
  }
}

extension ValueView {
  var elements: Int { channels * height * width }
  var shape: Shape { .map(channels, height, width) }
}
