import SignetModel

/// An affine map with constants for places, or a PReLU.
struct PlannedConstants: Sendable {
  var input: ValueView
  var out: ValueView
  /// The constants' own extents, each the map's or 1.
  var shape: Shape
  /// H × W × C of `shape`; `nil` where there is none.
  var weight: [Float]?
  var bias: [Float]?
  var isPrelu = false
}

/// A copy in which every element has a place of its own in the input.
struct PlannedGather: Sendable {
  var input: ValueView
  var out: ValueView
  var order: Rearrangement
}

extension ValueView {
  /// The view read as a map of `shape`, whose extents are its own or larger where its own are 1.
  func broadcast(to shape: Shape) -> ValueView {
    var view = self
    if height == 1 { view.rowStride = 0 }
    if width == 1 { view.pixelStride = 0 }
    view.height = shape.height
    view.width = shape.width
    return view
  }

  /// Floats from an image's start to an element given by its place in C × H × W order.
  func place(of element: Int) -> Int {
    let (channel, rest) = element.quotientAndRemainder(dividingBy: height * width)
    let (row, column) = rest.quotientAndRemainder(dividingBy: width)
    return row * rowStride + column * pixelStride + channel
  }
}

/// A resampling whose rows and columns are sums of the input's.
struct PlannedResize: Sendable {
  var input: ValueView
  var out: ValueView
  /// By row of the output; empty for `outside`.
  var rows: [[Resize.Tap]]
  /// By column of the output; empty for `outside`.
  var columns: [[Resize.Tap]]
  var outside: Float
}

/// What is made of the numbers of a row.
enum ReduceKernel: Hashable, Sendable {
  case number(Reduction.Function)
  case place(isMaximum: Bool, takesLast: Bool)
}

extension Reduction.Function {
  var kernel: ReduceKernel { .number(self) }
}

extension ArgExtreme {
  var kernel: ReduceKernel { .place(isMaximum: isMaximum, takesLast: takesLast) }
}
