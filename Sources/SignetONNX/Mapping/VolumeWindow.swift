import SignetModel

/// A window's extents along depth, and the same window along height and width.
struct VolumeWindow {
  let kernel: Int
  let stride: Int
  let dilation: Int
  let before: Int
  let after: Int
  let ceilMode: Bool
  let plane: Window

  /// - Parameters:
  ///   - dims: channels, depth, height and width
  ///   - kernel: the kernel's extents if the weight says them
  init(_ attributes: Attributes, dims: [Int], kernel: [Int]? = nil) throws(NodeFailure) {
    let parts = try attributes.volumeParts()
    plane = try Window(
      parts.plane, dims: [dims[0], dims[2], dims[3]], kernel: kernel.map { Array($0.dropFirst()) })
    let line = try Window(
      parts.depth, dims: [dims[0], dims[1]], kernel: kernel.map { [$0[0]] })
    self.kernel = line.kernel.width
    stride = line.stride.width
    dilation = line.dilation.width
    (before, after) = (line.padding.left, line.padding.right)
    ceilMode = line.ceilMode
  }

  /// That of the convolution which a transposed one becomes once its map is spread.
  init(depth: TransposedWindow, plane: TransposedWindow) {
    kernel = depth.kernel.width
    stride = 1
    dilation = depth.dilation.width
    (before, after) = (depth.padding.left, depth.padding.right)
    ceilMode = false
    self.plane = Window(
      kernel: plane.kernel, stride: Size2D(1), dilation: plane.dilation, padding: plane.padding)
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

extension Attributes {
  /// What a window along three axes says of height and width, and of depth.
  ///
  /// - Parameter others: attributes of three extents that the operator has besides the usual ones
  func volumeParts(
    _ others: [String] = []
  ) throws(NodeFailure) -> (plane: Attributes, depth: Attributes) {
    var plane = self
    var depth = self
    for name in ["kernel_shape", "strides", "dilations"] + others {
      guard let given = try integers(name), !given.isEmpty else { continue }
      // An output's shape may have batch and channels before its space.
      guard given.count == 3 || (name == "output_shape" && given.count == 5) else {
        throw NodeFailure(name, expected: "three extents", found: given)
      }
      plane = plane.replacing(.integers(name, given.suffix(2)))
      depth = depth.replacing(.integers(name, [given[given.count - 3]]))
    }
    if let pads = try integers("pads"), !pads.isEmpty {
      guard pads.count == 6 else {
        throw NodeFailure("pads", expected: "six numbers", found: pads)
      }
      plane = plane.replacing(.integers("pads", [pads[1], pads[2], pads[4], pads[5]]))
      depth = depth.replacing(.integers("pads", [pads[0], pads[3]]))
    }
    return (plane, depth)
  }
}
