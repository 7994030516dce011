import SignetModel

/// The window of a transposed convolution, as one of the equivalent convolution.
struct TransposedWindow {
  let kernel: Size2D
  /// How far apart the map's elements are laid.
  let stride: Size2D
  let dilation: Size2D
  /// Around the spread map.
  let padding: Padding2D
  /// What is cut off the result, where the padding would be negative.
  let crop: Padding2D

  /// - Parameters:
  ///   - dims: the input's extents after the batch
  ///   - kernel: the kernel's extents
  init(_ attributes: Attributes, dims: [Int], kernel: [Int]) throws(NodeFailure) {
    // Strides and dilations are read like a convolution's; what it says of padding is not used.
    let mode = try attributes.string("auto_pad") ?? "NOTSET"
    let window = try Window(attributes, dims: dims, kernel: kernel)
    let axes = dims.count - 1
    let spatial = axes == 1 ? [1] + dims.suffix(1) : Array(dims.suffix(2))
    func pair(_ name: String) throws(NodeFailure) -> [Int]? {
      guard let given = try attributes.integers(name), !given.isEmpty else { return nil }
      guard given.count == axes || (name == "output_shape" && given.count == axes + 2),
        given.allSatisfy({ (0...1 << 24).contains($0) })
      else { throw NodeFailure(name, expected: "\(axes) numbers, 0 or more", found: given) }
      return axes == 1 ? [name == "output_shape" ? 1 : 0] + given.suffix(1) : Array(given.suffix(2))
    }
    let added = try pair("output_padding") ?? [0, 0]
    let wanted = try pair("output_shape")
    let strides = [window.stride.height, window.stride.width]
    let reaches = [
      window.dilation.height * (window.kernel.height - 1),
      window.dilation.width * (window.kernel.width - 1),
    ]
    let given = [
      (window.padding.top, window.padding.bottom), (window.padding.left, window.padding.right),
    ]
    var before = [0, 0]
    var after = [0, 0]
    for axis in 0..<2 {
      let full = strides[axis] * (spatial[axis] - 1) + added[axis] + reaches[axis] + 1
      var cut = mode == "VALID" ? (0, 0) : given[axis]
      let size = wanted?[axis] ?? (mode.hasPrefix("SAME") ? spatial[axis] * strides[axis] : nil)
      if let size {
        // A result larger than what the map reaches is filled up at the end.
        let total = max(0, full - size)
        let half = total / 2
        cut = mode == "SAME_UPPER" ? (half, total - half) : (total - half, half)
        if size > full { cut.1 = full - size }
      }
      before[axis] = reaches[axis] - cut.0
      after[axis] = reaches[axis] - cut.1 + added[axis]
    }
    self.kernel = window.kernel
    stride = window.stride
    dilation = window.dilation
    padding = Padding2D(
      top: max(0, before[0]), left: max(0, before[1]), bottom: max(0, after[0]),
      right: max(0, after[1]))
    crop = Padding2D(
      top: max(0, -before[0]), left: max(0, -before[1]), bottom: max(0, -after[0]),
      right: max(0, -after[1]))
  }

  /// Whether each element of the map becomes one of the result.
  var onlySpreads: Bool {
    kernel == Size2D(1) && padding == Padding2D(0) && crop == Padding2D(0)
  }
}
