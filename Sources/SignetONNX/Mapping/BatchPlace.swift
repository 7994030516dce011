/// Where the batch is among an ONNX value's axes.
enum BatchPlace: Hashable {
  /// An axis of its own: the first one, but for sequences, which have their steps there.
  case axis(Int)
  /// Within an axis that others were merged into, behind `outer` of the places it has without the
  /// batch: rows of all steps of all sequences, say.
  case merged(axis: Int, outer: Int)

  static let first = BatchPlace.axis(0)

  /// The place of a batch with `before` of a sample's elements before it, among axes of `dims`
  /// that do not have it.
  init(merging dims: [Int], before: Int) {
    var strides = 1
    for (axis, extent) in dims.enumerated() {
      if strides * extent >= before, before % strides == 0 {
        self = .merged(axis: axis, outer: before / strides)
        return
      }
      strides *= extent
    }
    self = .merged(axis: 0, outer: 1)
  }
}

extension BatchPlace {
  /// Where it is, in words.
  var described: String {
    switch self {
    case .axis(let axis): "axis \(axis)"
    case .merged(let axis, _): "part of axis \(axis)"
    }
  }
}

extension View {
  /// Where the batch is once `count` axes have taken the place of another one.
  func batch(replacing axis: Int, with count: Int, in dims: [Int]) -> BatchPlace {
    let added = count - 1
    switch batch {
    case .axis(let own): return .axis(axis < own ? own + added : own)
    case .merged(let own, let outer):
      if axis == own { return BatchPlace(merging: dims, before: 1) }
      return .merged(axis: axis < own ? own + added : own, outer: outer)
    }
  }
}
