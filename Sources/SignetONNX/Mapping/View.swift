import SignetModel

/// How an ONNX value is read from a node's value: reshapes and transposes are not carried out but
/// kept as a view, since most of them cancel or change nothing about the order of the elements.
///
/// The elements of `base` are read as a grid of `extents`, whose axes are permuted by `order`, and
/// the result is read under `dims`. The batch appears in none of them.
struct View: Hashable {
  /// The node whose value is read.
  let node: String
  /// Shape of the node's value.
  let base: Shape
  /// Extents of the grid the elements form; their product is that of `base`.
  private(set) var extents: [Int]
  /// Axis `i` of the permuted grid is axis `order[i]` of the grid.
  private(set) var order: [Int]
  /// The ONNX extents of all axes but the batch.
  private(set) var dims: [Int]
  /// Where the batch is among ONNX's axes.
  var batch = BatchPlace.first
  /// Whether the file counts the elements in whole numbers.
  var isInteger = false
  /// The reshaping ONNX node to name a node after, should the view be carried out.
  var origin: String?

  /// The value of a node under its own shape or under `dims` of the same elements.
  init(node: String, base: Shape, dims: [Int]? = nil) {
    self.node = node
    self.base = base
    extents = base.extents
    order = Array(base.extents.indices)
    self.dims = dims ?? base.extents
  }

  var count: Int { base.elementCount }

  /// Whether the elements are read in the order in which they lie.
  var isInOrder: Bool {
    let moving = order.filter { extents[$0] != 1 }
    return zip(moving, moving.dropFirst()).allSatisfy { $0 < $1 }
  }

  func reshaped(_ dims: [Int]) -> View {
    var copy = self
    copy.dims = dims
    return copy
  }

  /// The view with the axes after the batch permuted; `nil` if it must be carried out first.
  func permuted(_ permutation: [Int]) -> View? {
    var copy = self
    if isInOrder {
      copy.extents = dims
      copy.order = permutation
    } else if dims == order.map({ extents[$0] }) {
      copy.order = permutation.map { order[$0] }
    } else {
      return nil
    }
    copy.dims = permutation.map { dims[$0] }
    return copy
  }

  /// The same view of another node's value of equal shape.
  func of(_ node: String) -> View {
    var copy = self
    copy = View(node: node, base: base, dims: dims)
    copy.extents = extents
    copy.order = order
    copy.origin = origin
    copy.batch = batch
    return copy
  }

  /// The batch's axis, if it has one of its own.
  var batchAxis: Int? {
    if case .axis(let axis) = batch { axis } else { nil }
  }

  /// How many axes ONNX's value has.
  var rank: Int { batchAxis == nil ? dims.count : dims.count + 1 }

  /// Where an axis of ONNX's stands in `dims`; `nil` for the batch.
  func position(of axis: Int) -> Int? {
    guard let batchAxis else { return axis }
    return axis == batchAxis ? nil : axis < batchAxis ? axis : axis - 1
  }

  /// ONNX's extents with a batch of `count`.
  func extents(batch count: Int) -> [Int] {
    var extents = dims
    switch batch {
    case .axis(let axis): extents.insert(count, at: axis)
    case .merged(let axis, _): if axis < extents.count { extents[axis] *= count }
    }
    return extents
  }

  /// How many of a sample's elements come before the batch.
  var elementsBeforeBatch: Int {
    switch batch {
    case .axis(let axis): dims[..<axis].reduce(1, *)
    case .merged(let axis, let outer): dims[..<min(axis, dims.count)].reduce(outer, *)
    }
  }

  /// Whether two views differ in the node only.
  func matches(_ other: View) -> Bool {
    base == other.base && extents == other.extents && order == other.order && dims == other.dims
      && batch == other.batch
  }

  /// The shape in which operators that work on channels and space take the value: one axis is a
  /// vector, two are channels and a row, and further spatial axes are merged into the height.
  var canonicalShape: Shape { Self.canonicalShape(dims) }

  static func canonicalShape(_ dims: [Int]) -> Shape {
    switch dims.count {
    case 0: .vector(1)
    case 1: .vector(dims[0])
    case 2: .map(dims[0], 1, dims[1])
    default: .map(dims[0], dims[1..<dims.count - 1].reduce(1, *), dims[dims.count - 1])
    }
  }
}

/// What an ONNX value name stands for while a graph is imported.
enum ImportedValue {
  case activation(View)
  case constant(FoldedConstant)
  case sequence([ImportedValue])
  /// An output that is not computed, such as a pooling's indices; using it is an error.
  case absent(String)
  /// The result of a node that has been reported already.
  case failed
}
