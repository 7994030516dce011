import SignetModel

/// Transposed convolutions whose windows meet without overlapping: each output pixel sees one input
/// pixel, so that laying zeros between pixels and multiplying by them is not needed.
extension Planner {
  /// Plans a spread and the convolution that reads it, if they are such a one.
  ///
  /// The kernel rows are pointwise layers of their own: the kernel columns × filters they make of a
  /// pixel are neighbours in a row of the result.
  ///
  /// - Returns: whether they were.
  mutating func planTransposed(
    _ spread: Node, stride: Size2D, input: ValueView
  ) throws(EngineError) -> Bool {
    guard let node = uses.soleReader(of: spread.name),
      case .convolution(let attributes) = node.operation, attributes.undoes(stride)
    else { return false }
    let fusion = uses.fusion(from: node, isLinear: true)
    guard fusion.residual == nil, slots[fusion.result] == nil,
      let weight = model.weight(.weight, of: node), !weight.isBinary
    else { return false }
    // The rows' weights together, and the array one is made in.
    try budget.take(
      ByteCount.of(2, weight.elementCount, elements: Float.self), for: "layer '\(node.name)'")
    let out = try destination(of: fusion.result)
    let folded = try FoldedLayer(node, batchNorms: fusion.batchNorms, in: model)
    for row in 0..<stride.height {
      var layer = PlannedConvolution(
        layer: node.name,
        attributes: Convolution(
          inputChannels: input.channels,
          outputChannels: stride.width * attributes.outputChannels, kernel: Size2D(1)),
        weight: try folded.pointwise(row: row, of: attributes, layer: node.name),
        offset: (0..<stride.width).flatMap { _ in folded.offset },
        bounds: fusion.bounds ?? .none, input: input,
        out: out.rows(every: stride, from: row))
      layer.needsFloats = try needsFloats(node, layer)
      emit(fusion.nodes, .convolution(layer))
    }
    done.insert(spread.name)
    finish(fusion, out)
    return true
  }
}

extension Convolution {
  /// Whether each window over a map spread by `stride` covers one of its elements, and all windows
  /// together all of them.
  fileprivate func undoes(_ stride: Size2D) -> Bool {
    let (before, after) = (kernel.height - 1, kernel.width - 1)
    return kernel == stride && self.stride == Size2D(1) && dilation == Size2D(1) && groups == 1
      && padding == Padding2D(top: before, left: after, bottom: before, right: after)
  }
}

extension FoldedLayer {
  /// The weight of what one row of each square of output pixels takes: kernel columns × filters by
  /// input channels.
  fileprivate func pointwise(
    row: Int, of attributes: Convolution, layer: String
  ) throws(EngineError) -> Weight {
    let (filters, channels) = (attributes.outputChannels, attributes.inputChannels)
    let (height, width) = (attributes.kernel.height, attributes.kernel.width)
    let values = weight.floats
    var rows: [Float] = []
    rows.reserveCapacity(width * filters * channels)
    for column in 0..<width {
      for filter in 0..<filters {
        for channel in 0..<channels {
          // The window's last row and column lie on the element of the first output pixel.
          let place = ((filter * channels + channel) * height + height - 1 - row) * width
          rows.append(values[place + width - 1 - column])
        }
      }
    }
    do {
      return try Weight(shape: [width * filters, channels, 1, 1], values: rows)
    } catch {
      throw .missingTensor(layer: layer, tensor: "weight")
    }
  }
}

extension ValueView {
  /// Every so many rows, `stride.width` pixels of each taken as one.
  fileprivate func rows(every stride: Size2D, from row: Int) -> ValueView {
    var view = self
    view.offset += row * rowStride
    view.rowStride *= stride.height
    view.pixelStride *= stride.width
    view.height /= stride.height
    view.width /= stride.width
    view.channels *= stride.width
    return view
  }
}
