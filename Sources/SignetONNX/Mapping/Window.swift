import SignetModel

/// A sliding window as Conv and the pooling operators describe it.
struct Window {
  var kernel: Size2D
  var stride: Size2D
  var dilation: Size2D
  var padding: Padding2D
  var ceilMode: Bool
  /// Whether what is odd of a padding that follows the input goes behind; `nil` for other paddings.
  private(set) var samePadding: Bool?

  /// A kernel, stride or padding no image reaches; keeps sums of them far from overflow.
  private static let limit = 1 << 24

  /// - Parameters:
  ///   - dims: the input's extents after the batch: channels and one or two spatial axes.
  ///   - kernel: the kernel's extents if the weight says them.
  init(_ attributes: Attributes, dims: [Int], kernel: [Int]? = nil) throws(NodeFailure) {
    let axes = dims.count - 1
    guard axes == 1 || axes == 2 else {
      throw NodeFailure(
        "X", expected: "one or two spatial axes", found: "\(max(axes, 0)) after the channels")
    }
    let given = try Self.list(attributes, "kernel_shape", axes)
    guard let kernel = kernel ?? given, kernel.count == axes else {
      throw NodeFailure("kernel_shape", expected: "\(axes) extents", found: given ?? [])
    }
    guard given == nil || given == kernel else {
      throw NodeFailure("kernel_shape", expected: "\(kernel)", found: given ?? [])
    }
    self.kernel = try Self.size(kernel, "kernel_shape")
    stride = try Self.size(try Self.list(attributes, "strides", axes), "strides")
    dilation = try Self.size(try Self.list(attributes, "dilations", axes), "dilations")
    ceilMode = try attributes.flag("ceil_mode")
    let pads = try attributes.integers("pads")
    let mode = try attributes.string("auto_pad") ?? "NOTSET"
    let spatial =
      axes == 1 ? Size2D(height: 1, width: dims[1]) : Size2D(height: dims[1], width: dims[2])
    switch mode {
    case "NOTSET", "":
      padding = try Self.padding(pads, axes: axes)
    case "VALID":
      padding = Padding2D(0)
    case "SAME_UPPER", "SAME_LOWER":
      samePadding = mode == "SAME_UPPER"
      padding = Padding2D(
        same: .map(1, spatial.height, spatial.width), self.kernel, stride, dilation,
        upper: mode == "SAME_UPPER")
    default:
      throw NodeFailure(
        "auto_pad", expected: "NOTSET, VALID, SAME_UPPER or SAME_LOWER", found: mode)
    }
  }

  init(kernel: Size2D, stride: Size2D, dilation: Size2D, padding: Padding2D) {
    (self.kernel, self.stride, self.dilation, self.padding) = (kernel, stride, dilation, padding)
    ceilMode = false
  }

  private static func list(
    _ attributes: Attributes, _ name: String, _ count: Int
  ) throws(NodeFailure) -> [Int]? {
    guard let values = try attributes.integers(name), !values.isEmpty else { return nil }
    guard values.count == count else {
      throw NodeFailure(name, expected: "\(count) numbers", found: values)
    }
    return values
  }

  private static func size(_ values: [Int]?, _ name: String) throws(NodeFailure) -> Size2D {
    guard let values else { return Size2D(1) }
    guard values.allSatisfy({ (1...limit).contains($0) }) else {
      throw NodeFailure(name, expected: "1 to \(limit)", found: values)
    }
    return values.count == 1
      ? Size2D(height: 1, width: values[0]) : Size2D(height: values[0], width: values[1])
  }

  private static func padding(_ pads: [Int]?, axes: Int) throws(NodeFailure) -> Padding2D {
    guard let pads, !pads.isEmpty else { return Padding2D(0) }
    guard pads.count == 2 * axes, pads.allSatisfy({ (0...limit).contains($0) }) else {
      throw NodeFailure("pads", expected: "\(2 * axes) numbers, 0 or more", found: pads)
    }
    return axes == 1
      ? Padding2D(top: 0, left: pads[0], bottom: 0, right: pads[1])
      : Padding2D(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
  }
}
