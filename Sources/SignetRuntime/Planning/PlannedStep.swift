import SignetModel

/// A value or a part of one, as a window on a buffer: images × height × width × channels.
struct ValueView: Hashable, Sendable {
  var buffer: Int
  /// Floats from the buffer's start.
  var offset: Int
  var imageStride: Int
  var rowStride: Int
  var pixelStride: Int
  var height: Int
  var width: Int
  var channels: Int

  /// The whole of a buffer of `shape`.
  init(buffer: Int, shape: Shape) {
    self.buffer = buffer
    offset = 0
    height = shape.height
    width = shape.width
    channels = shape.channels
    pixelStride = channels
    rowStride = channels * width
    imageStride = shape.elementCount
  }

  func channels(from first: Int, count: Int) -> ValueView {
    var view = self
    view.offset += first
    view.channels = count
    return view
  }

  /// The sub-grid a slice takes; its channels must be taken without gaps.
  func sliced(_ slice: StridedSlice, to shape: Shape) -> ValueView {
    var view = channels(from: slice.channels.start, count: shape.channels)
    view.offset += slice.height.start * rowStride + slice.width.start * pixelStride
    // A single row or column is followed by none, however far away that would be.
    if shape.height > 1 { view.rowStride *= slice.height.step }
    if shape.width > 1 { view.pixelStride *= slice.width.step }
    view.height = shape.height
    view.width = shape.width
    return view
  }
}

/// One step of a program, before memory and kernels are known.
struct PlannedStep: Sendable {
  enum Work: Sendable {
    case fromPlanes(ValueView)
    case toPlanes(ValueView)
    /// `out` is a whole buffer that takes `input` in the order channels, rows, columns.
    case flatten(input: ValueView, out: ValueView)
    case convolution(PlannedConvolution)
    case pooling(Pooling, isMaximum: Bool, input: ValueView, out: ValueView)
    case affine(scale: [Float], offset: [Float], relu: Bool, input: ValueView, out: ValueView)
    case sum(inputs: [ValueView], relu: Bool, out: ValueView)
    case placement(PlannedPlacement)
    case activation(Activation, input: ValueView, out: ValueView)
    case constants(PlannedConstants)
    case binary(BinaryFunction, left: ValueView, right: ValueView, out: ValueView)
    case select(inputs: [ValueView], out: ValueView)
    case responseNorm(LocalResponseNorm, input: ValueView, out: ValueView)
    case softmax(axis: Int, isLogarithm: Bool, input: ValueView, out: ValueView)
    case spread(Size2D, input: ValueView, out: ValueView)
    case resize(PlannedResize)
    case gridSample(GridSample, input: ValueView, places: ValueView, out: ValueView)
    case fill(values: [Float], out: ValueView)
    case reduce(ReduceKernel, input: ValueView, out: ValueView)
    case normalize(epsilon: Float, input: ValueView, out: ValueView)
    case matrixProduct(rows: Int, left: ValueView, right: ValueView, out: ValueView)
    case gather(PlannedGather)
    case channelSums(input: ValueView, out: ValueView)
    case constantFilters(PlannedConstantFilters)
  }

  /// The nodes whose work the step does, in graph order.
  var nodes: [Node]
  var work: Work

  var views: [ValueView] {
    switch work {
    case .fromPlanes(let view), .toPlanes(let view): [view]
    case .flatten(let input, let out), .pooling(_, _, let input, let out),
      .affine(_, _, _, let input, let out), .activation(_, let input, let out),
      .responseNorm(_, let input, let out), .softmax(_, _, let input, let out),
      .spread(_, let input, let out), .reduce(_, let input, let out),
      .normalize(_, let input, let out), .channelSums(let input, let out):
      [input, out]
    case .constantFilters(let work):
      [work.sums, work.out] + (work.residual.map { [$0] } ?? [])
    case .resize(let work): [work.input, work.out]
    case .gridSample(_, let input, let places, let out): [input, places, out]
    case .fill(_, let out): [out]
    case .select(let inputs, let out): inputs + [out]
    case .constants(let work): [work.input, work.out]
    case .binary(_, let left, let right, let out), .matrixProduct(_, let left, let right, let out):
      [left, right, out]
    case .gather(let work): [work.input, work.out]
    case .convolution(let work): [work.input, work.result] + (work.residual.map { [$0] } ?? [])
    case .sum(let inputs, _, let out): inputs + [out]
    case .placement(let work): [work.input, work.out]
    }
  }
}

/// A convolution with everything that was fused into it; a linear layer is one whose kernel covers
/// its input.
struct PlannedConvolution: Sendable {
  /// The node's name, for messages.
  var layer: String
  var attributes: Convolution
  /// The layer's weight; float weights have the batch norm's scale folded in.
  var weight: Weight
  /// Whether the kernels that round inputs to integers by the largest would lose what counts.
  var needsFloats = false
  /// A number per row of codes: K × outputs where all outputs have K; `nil` means 1
  var scale: [Float]?
  /// What is added to each weight of a binary filter: outputs; `nil` means 0
  var constants: [Float]?
  /// outputs
  var offset: [Float]
  var bounds = ValueBounds.none
  var input: ValueView
  var residual: ValueView?
  /// What the layer itself makes; never stored where a pooling follows in the same step.
  var out: ValueView
  var pooling: PlannedPooling?

  /// What the step stores.
  var result: ValueView { pooling?.out ?? out }

  /// Multiply-adds of one image, padding included, each code counted.
  var multiplyAdds: Int {
    let rows = weight.codes?.rows.count ?? attributes.outputChannels
    return rows * attributes.patchLength * out.height * out.width
  }
}

/// A max pooling that is done with the layer before it.
struct PlannedPooling: Sendable {
  var attributes: Pooling
  var out: ValueView
}

/// A copy into a larger map whose rest takes one value.
struct PlannedPlacement: Sendable {
  var input: ValueView
  var out: ValueView
  var top = 0
  var left = 0
  var channelsBefore = 0
  var channelStep = 1
  var value: Float = 0
}
