import SignetModel

/// Convolution and pooling along three spatial axes, made of operations along two.
extension GraphImporter {
  /// A convolution of channels × depth × height × width: the depths that a window meets become
  /// channels, and the planes stand below each other, far enough apart for no window to see two.
  mutating func volumeConvolution(
    _ context: NodeContext, _ view: View, _ weight: ConstantTensor, _ bias: ConstantTensor?,
    groups: Int
  ) throws(NodeFailure) -> View {
    let window = try VolumeWindow(
      context.attributes, dims: view.dims, kernel: Array(weight.dims.dropFirst(2)))
    return try volumeConvolution(
      context.name(weight: 1), view, weight, bias, window, groups: groups)
  }

  mutating func volumeConvolution(
    _ name: String, _ view: View, _ weight: ConstantTensor, _ bias: ConstantTensor?,
    _ window: VolumeWindow, groups: Int
  ) throws(NodeFailure) -> View {
    let (channels, depth, height, width) = (view.dims[0], view.dims[1], view.dims[2], view.dims[3])
    let depths = try window.outputs(depth)
    _ = try budget.claim([window.kernel, depths], "kernel_shape")
    let padded = try volumePadded(name, try ordered(view), window)
    let places = (0..<window.kernel).flatMap { tap in
      (0..<depths).map { $0 * window.stride + tap * window.dilation }
    }
    let taken = try selection(
      "\(name).depths", padded.reshaped([channels, padded.dims[1], height * width]), axis: 1,
      places: places)
    let plane = window.plane
    let reach = plane.dilation.height * (plane.kernel.height - 1) + 1
    let inner = height + plane.padding.top + plane.padding.bottom
    guard reach <= inner else {
      throw NodeFailure("kernel_shape", expected: "at most \(inner) high", found: reach)
    }
    let rows = (inner - reach) / plane.stride.height + 1
    let spacing = (inner + plane.stride.height - 1) / plane.stride.height * plane.stride.height
    let stacked = channels * window.kernel
    let rowPadding = Pad(
      spatial: Padding2D(
        top: plane.padding.top, left: 0, bottom: spacing - height - plane.padding.top, right: 0))
    let apart = try emit(
      "\(name).apart", .pad(rowPadding),
      [try resolve(taken, as: .map(stacked * depths, height, width))])
    let attributes = Convolution(
      inputChannels: stacked, outputChannels: weight.dims[0], kernel: plane.kernel,
      stride: plane.stride,
      padding: Padding2D(
        top: 0, left: plane.padding.left, bottom: max(0, reach - plane.stride.height),
        right: plane.padding.right),
      dilation: plane.dilation, groups: groups, hasBias: bias != nil)
    let kernel = weight.reshaped([
      weight.dims[0], weight.dims[1] * window.kernel, plane.kernel.height, plane.kernel.width,
    ])
    let result = try emit(
      name, .convolution(attributes),
      [try resolve(apart, as: .map(stacked, depths * spacing, width))],
      parameters(kernel, bias: bias, filters: weight.dims[0]))
    let grid = [
      weight.dims[0], depths, spacing / plane.stride.height, result.base.width,
    ]
    let ranges = grid.enumerated().map { axis, extent in
      StridedSlice.Axis(start: 0, end: axis == 2 ? rows : extent)
    }
    return try sliced("\(name).rows", result.reshaped(grid), ranges)
  }

  private mutating func volumePadded(
    _ name: String, _ view: View, _ window: VolumeWindow
  ) throws(NodeFailure) -> View {
    guard window.before > 0 || window.after > 0 else { return view }
    let (channels, depth, area) = (view.dims[0], view.dims[1], view.dims[2] * view.dims[3])
    let padding = Pad(
      spatial: Padding2D(top: window.before, left: 0, bottom: window.after, right: 0))
    let padded = try emit(
      "\(name).padded", .pad(padding), [try resolve(view, as: .map(channels, depth, area))])
    return padded.reshaped([channels, padded.base.height, view.dims[2], view.dims[3]])
  }

  /// Pooling along height and width, then along depth: largest numbers and means are those of
  /// largest numbers and means.
  mutating func volumePool(
    _ context: NodeContext, _ view: View, _ operation: (Pooling) -> NodeOperation,
    countsPadding: Bool = false
  ) throws(NodeFailure) -> View {
    let window = try VolumeWindow(context.attributes, dims: view.dims)
    let name = context.name()
    let plane = window.plane
    let input = try ordered(view)
    let first = Pooling(
      kernel: plane.kernel, stride: plane.stride, padding: plane.padding,
      ceilMode: plane.ceilMode, countsPadding: countsPadding, dilation: plane.dilation)
    let planes = try emit(
      "\(name).planes", operation(first),
      [try resolve(input, as: .map(view.dims[0] * view.dims[1], view.dims[2], view.dims[3]))])
    let (height, width) = (planes.base.height, planes.base.width)
    let second = Pooling(
      kernel: Size2D(height: window.kernel, width: 1),
      stride: Size2D(height: window.stride, width: 1),
      padding: Padding2D(top: window.before, left: 0, bottom: window.after, right: 0),
      ceilMode: window.ceilMode, countsPadding: countsPadding,
      dilation: Size2D(height: window.dilation, width: 1))
    let result = try emit(
      name, operation(second),
      [try resolve(planes, as: .map(view.dims[0], view.dims[1], height * width))])
    return result.reshaped([view.dims[0], result.base.height, height, width])
  }
}
