import CSignetKernels
import SignetModel

/// Which kernel runs a layer.
struct KernelChoice {
  /// The kernels add and multiply extents by strides in 32 bits; a quarter of their range leaves
  /// room for that.
  static let mostExtent = Int(SIGNET_MOST_EXTENT)

  let table: signet_kernel_set
  let isExact: Bool
  let threads: Int

  /// A kernel, the shape it is to run, and what it takes the weights as.
  struct Chosen {
    let kernel: UnsafePointer<signet_conv_kernel>
    var shape: signet_conv_shape
    /// Whether a binary layer's codes are expanded to floats, their scales in them.
    let expandsCodes: Bool
  }

  func kernel(for work: PlannedConvolution) throws(EngineError) -> Chosen {
    var shape = try shape(of: work)
    let list =
      work.needsFloats ? table.f32_conv_exact : candidates(isBinary: work.weight.isBinary)
    guard let kernel = signet_choose_conv(list, &shape)
    else { throw .tooLarge(layer: work.layer, found: "what \(work.attributes) reaches over") }
    let chosen = Chosen(kernel: kernel, shape: shape, expandsCodes: false)
    return work.weight.isBinary ? expanded(chosen, of: work) ?? chosen : chosen
  }

  /// How much less a layer must cost with its codes expanded to floats, which take more memory.
  static let expansionGain = 0.9

  /// The kernel for float weights, where a binary layer is better off with it: it gathers patches of
  /// several bits too short for tables to pay.
  private func expanded(_ binary: Chosen, of work: PlannedConvolution) -> Chosen? {
    var (shape, own) = (binary.shape, binary.shape)
    shape.codes = 1
    guard let kernel = signet_choose_conv(candidates(isBinary: false), &shape) else { return nil }
    let isFaster =
      signet_conv_cycles(kernel, &shape)
      < Self.expansionGain * (signet_conv_cycles(binary.kernel, &own) + cyclesBeside(work))
    guard kernel.pointee.expands_codes || isFaster else { return nil }
    return Chosen(kernel: kernel, shape: shape, expandsCodes: true)
  }

  /// Estimated cycles of the steps that codes need for constants and scales of inputs, which floats hold.
  private func cyclesBeside(_ work: PlannedConvolution) -> Double {
    func cycles(_ view: ValueView, aPixel: Double) -> Double {
      Double(view.height) * Double(view.width) * (aPixel + 0.1 * Double(view.channels))
    }
    let sums =
      work.constants == nil ? 0 : cycles(work.input, aPixel: 10) + cycles(work.out, aPixel: 15)
    return sums + (work.weight.codes?.inputScales == nil ? 0 : cycles(work.input, aPixel: 0))
  }

  private func candidates(
    isBinary: Bool
  ) -> UnsafePointer<UnsafePointer<signet_conv_kernel>?>? {
    switch (isBinary, isExact) {
    case (false, false): table.f32_conv
    case (false, true): table.f32_conv_exact
    case (true, false): table.b1_conv
    case (true, true): table.b1_conv_exact
    }
  }

  private func shape(of work: PlannedConvolution) throws(EngineError) -> signet_conv_shape {
    let layer = work.layer
    let attributes = work.attributes
    return signet_conv_shape(
      in_channels: try int32(work.input.channels, layer),
      in_height: try int32(work.input.height, layer),
      in_width: try int32(work.input.width, layer),
      out_channels: try int32(attributes.outputChannels, layer),
      out_height: try int32(work.out.height, layer),
      out_width: try int32(work.out.width, layer),
      kernel_height: try int32(attributes.kernel.height, layer),
      kernel_width: try int32(attributes.kernel.width, layer),
      // One output takes no step, however long.
      stride_height: work.out.height == 1 ? 1 : try int32(attributes.stride.height, layer),
      stride_width: work.out.width == 1 ? 1 : try int32(attributes.stride.width, layer),
      dilation_height: try int32(attributes.dilation.height, layer),
      dilation_width: try int32(attributes.dilation.width, layer),
      pad_top: try int32(attributes.padding.top, layer),
      pad_left: try int32(attributes.padding.left, layer),
      groups: try int32(attributes.groups, layer),
      codes: try int32(work.weight.codes?.codeCount ?? 1, layer),
      threads: Int32(threads), pooling: try pooling(work.pooling, layer))
  }

  private func pooling(
    _ pooling: PlannedPooling?, _ layer: String
  ) throws(EngineError) -> signet_conv_pooling {
    guard let pooling else { return signet_conv_pooling() }
    let attributes = pooling.attributes
    return signet_conv_pooling(
      kernel_height: try int32(attributes.kernel.height, layer),
      kernel_width: try int32(attributes.kernel.width, layer),
      stride_height: try int32(attributes.stride.height, layer),
      stride_width: try int32(attributes.stride.width, layer),
      pad_top: try int32(attributes.padding.top, layer),
      pad_left: try int32(attributes.padding.left, layer),
      out_height: try int32(pooling.out.height, layer),
      out_width: try int32(pooling.out.width, layer))
  }

  func int32(_ value: Int, _ layer: String) throws(EngineError) -> Int32 {
    guard let narrow = Int32(exactly: value), value < Self.mostExtent else {
      throw .tooLarge(layer: layer, found: "an extent of \(value)")
    }
    return narrow
  }
}
