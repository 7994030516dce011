import SignetModel

/// Convolution and pooling along three spatial axes, made of operations along two.
extension GraphImporter {
  /// A window's extents along depth, and the same window along height and width.
  struct VolumeWindow {
    let kernel: Int
    let stride: Int
    let dilation: Int
    let before: Int
    let after: Int
    let ceilMode: Bool
    let plane: Window

    private static let names = ["kernel_shape", "strides", "dilations"]

    /// - Parameters:
    ///   - dims: channels, depth, height and width
    ///   - kernel: the kernel's extents if the weight says them
    init(_ attributes: Attributes, dims: [Int], kernel: [Int]? = nil) throws(NodeFailure) {
      var plane = attributes
      var depth = attributes
      for name in Self.names {
        guard let given = try attributes.integers(name), !given.isEmpty else { continue }
        guard given.count == 3 else {
          throw NodeFailure(name, expected: "three extents", found: given)
        }
        plane = plane.replacing(.integers(name, Array(given.dropFirst())))
        depth = depth.replacing(.integers(name, [given[0]]))
      }
      if let pads = try attributes.integers("pads"), !pads.isEmpty {
        guard pads.count == 6 else {
          throw NodeFailure("pads", expected: "six numbers", found: pads)
        }
        plane = plane.replacing(.integers("pads", [pads[1], pads[2], pads[4], pads[5]]))
        depth = depth.replacing(.integers("pads", [pads[0], pads[3]]))
      }
      self.plane = try Window(
        plane, dims: [dims[0], dims[2], dims[3]], kernel: kernel.map { Array($0.dropFirst()) })
      let line = try Window(depth, dims: [dims[0], dims[1]], kernel: kernel.map { [$0[0]] })
      self.kernel = line.kernel.width
      stride = line.stride.width
      dilation = line.dilation.width
      (before, after) = (line.padding.left, line.padding.right)
      ceilMode = line.ceilMode
    }

    /// Depths of the result.
    func outputs(_ depth: Int) throws(NodeFailure) -> Int {
      let reach = dilation * (kernel - 1) + 1
      let room = depth + before + after - reach
      guard room >= 0 else {
        throw NodeFailure(
          "kernel_shape", expected: "at most \(depth + before + after) deep", found: reach)
      }
      return room / stride + 1
    }
  }

  /// A convolution of channels × depth × height × width: the depths that a window meets become
  /// channels, and the planes stand below each other, far enough apart for no window to see two.
  mutating func volumeConvolution(
    _ context: NodeContext, _ view: View, _ weight: ConstantTensor, _ bias: ConstantTensor?,
    groups: Int
  ) throws(NodeFailure) -> View {
    let name = context.name(weight: 1)
    let window = try VolumeWindow(
      context.attributes, dims: view.dims, kernel: Array(weight.dims.dropFirst(2)))
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
