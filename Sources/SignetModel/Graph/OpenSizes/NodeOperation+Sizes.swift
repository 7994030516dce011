extension NodeOperation {
  /// The attributes that may follow the extents of a network's inputs, in a fixed order.
  package var sizes: [Int] {
    switch self {
    case .convolution(let attributes): attributes.padding.sides
    case .maxPool(let attributes), .averagePool(let attributes):
      [attributes.kernel.height, attributes.kernel.width] + attributes.padding.sides
    case .pad(let attributes):
      [attributes.channelsBefore, attributes.channelsAfter] + attributes.spatial.sides
    case .slice(let attributes):
      [attributes.channels, attributes.height, attributes.width].flatMap { axis in
        [axis.start, axis.end ?? -1]
      }
    case .reshape(let shape): shape.extents
    case .transpose(let attributes): attributes.extents + attributes.shape.extents
    case .resize(let attributes): [attributes.height.size, attributes.width.size]
    case .reduce(let attributes): attributes.extents + attributes.shape.extents
    case .argExtreme(let attributes): attributes.extents + attributes.shape.extents
    case .normalize(let attributes): attributes.extents
    case .matrixProduct(let attributes):
      [attributes.batch, attributes.rows, attributes.inner, attributes.columns]
        + attributes.shape.extents
    case .region(let attributes):
      attributes.axes.flatMap { [$0.extent, $0.start, $0.step, $0.count, $0.repeats] }
        + attributes.shape.extents
    case .selection(let attributes): attributes.extents + attributes.shape.extents
    case .linear, .batchNorm, .relu, .globalAveragePool, .add, .concatenate, .flatten, .dropout,
      .activation, .prelu, .affine, .multiply, .localResponseNorm, .softmax, .logSoftmax, .spread,
      .binary, .select, .constant, .gridSample:
      []
    }
  }

  /// The same operation with other numbers.
  ///
  /// - Parameter sizes: as many as ``sizes``
  func with(sizes: [Int]) -> NodeOperation {
    assert(sizes.count == self.sizes.count, "a number for each")
    var rest = SizeReader(sizes)
    switch self {
    case .convolution(var attributes):
      attributes.padding = rest.padding()
      return .convolution(attributes)
    case .maxPool(var attributes):
      attributes.kernel = rest.size()
      attributes.padding = rest.padding()
      return .maxPool(attributes)
    case .averagePool(var attributes):
      attributes.kernel = rest.size()
      attributes.padding = rest.padding()
      return .averagePool(attributes)
    case .pad(var attributes):
      attributes.channelsBefore = rest.next()
      attributes.channelsAfter = rest.next()
      attributes.spatial = rest.padding()
      return .pad(attributes)
    case .slice(var attributes):
      for axis in [\StridedSlice.channels, \StridedSlice.height, \StridedSlice.width] {
        attributes[keyPath: axis].start = rest.next()
        let end = rest.next()
        attributes[keyPath: axis].end = end == -1 ? nil : end
      }
      return .slice(attributes)
    case .reshape: return .reshape(Shape(sizes))
    case .resize(var attributes):
      (attributes.height.size, attributes.width.size) = (rest.next(), rest.next())
      return .resize(attributes)
    case .transpose, .reduce, .argExtreme, .normalize, .matrixProduct, .region, .selection:
      return withGrid(&rest)
    case .linear, .batchNorm, .relu, .globalAveragePool, .add, .concatenate, .flatten, .dropout,
      .activation, .prelu, .affine, .multiply, .localResponseNorm, .softmax, .logSoftmax, .spread,
      .binary, .select, .constant, .gridSample:
      return self
    }
  }

  /// The same operation along the axes of another grid.
  private func withGrid(_ rest: inout SizeReader) -> NodeOperation {
    switch self {
    case .transpose(var attributes):
      attributes.extents = rest.take(attributes.extents.count)
      attributes.shape = rest.shape()
      return .transpose(attributes)
    case .reduce(var attributes):
      attributes.extents = rest.take(attributes.extents.count)
      attributes.shape = rest.shape()
      return .reduce(attributes)
    case .argExtreme(var attributes):
      attributes.extents = rest.take(attributes.extents.count)
      attributes.shape = rest.shape()
      return .argExtreme(attributes)
    case .normalize(var attributes):
      attributes.extents = rest.take(attributes.extents.count)
      return .normalize(attributes)
    case .matrixProduct(var attributes):
      (attributes.batch, attributes.rows) = (rest.next(), rest.next())
      (attributes.inner, attributes.columns) = (rest.next(), rest.next())
      attributes.shape = rest.shape()
      return .matrixProduct(attributes)
    case .region(var attributes):
      for index in attributes.axes.indices {
        attributes.axes[index].extent = rest.next()
        attributes.axes[index].start = rest.next()
        attributes.axes[index].step = rest.next()
        attributes.axes[index].count = rest.next()
        attributes.axes[index].repeats = rest.next()
      }
      attributes.shape = rest.shape()
      return .region(attributes)
    case .selection(var attributes):
      attributes.extents = rest.take(attributes.extents.count)
      attributes.shape = rest.shape()
      return .selection(attributes)
    default: return self
    }
  }

  /// The operation for an input of other extents, its padding such that a stride's share of them,
  /// rounded up, comes out.
  func withSamePadding(over input: Shape, upper: Bool) -> NodeOperation {
    switch self {
    case .convolution(var attributes):
      attributes.padding = Padding2D(
        same: input, attributes.kernel, attributes.stride, attributes.dilation, upper: upper)
      return .convolution(attributes)
    case .maxPool(var attributes):
      attributes.padding = Padding2D(
        same: input, attributes.kernel, attributes.stride, attributes.dilation, upper: upper)
      return .maxPool(attributes)
    case .averagePool(var attributes):
      attributes.padding = Padding2D(
        same: input, attributes.kernel, attributes.stride, attributes.dilation, upper: upper)
      return .averagePool(attributes)
    default:
      return self
    }
  }
}

extension Padding2D {
  fileprivate var sides: [Int] { [top, left, bottom, right] }

  /// - Parameter sides: top, left, bottom, right
  fileprivate init(sides: [Int]) {
    self.init(top: sides[0], left: sides[1], bottom: sides[2], right: sides[3])
  }

  /// Padding that makes the output the input's extent over the stride, rounded up.
  package init(
    same input: Shape, _ kernel: Size2D, _ stride: Size2D, _ dilation: Size2D, upper: Bool
  ) {
    func total(_ extent: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      let windows = (extent + stride - 1) / stride
      return max((windows - 1) * stride + dilation * (kernel - 1) + 1 - extent, 0)
    }
    let height = total(input.height, kernel.height, stride.height, dilation.height)
    let width = total(input.width, kernel.width, stride.width, dilation.width)
    let odd = upper ? 0 : 1
    let (top, left) = ((height + odd) / 2, (width + odd) / 2)
    self.init(top: top, left: left, bottom: height - top, right: width - left)
  }
}

/// Hands out numbers one after the other.
private struct SizeReader {
  private var rest: ArraySlice<Int>

  init(_ sizes: [Int]) { rest = sizes[...] }

  mutating func next() -> Int { rest.removeFirst() }

  mutating func take(_ count: Int) -> [Int] {
    defer { rest.removeFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func size() -> Size2D { Size2D(height: next(), width: next()) }

  mutating func padding() -> Padding2D { Padding2D(sides: take(4)) }

  /// Of all that are left.
  mutating func shape() -> Shape { Shape(take(rest.count)) }
}
