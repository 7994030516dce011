import SignetModel

/// An operation that only moves elements.
struct Rearrangement: Sendable {
  let operation: NodeOperation
  let input: Shape
  let output: Shape

  /// Says for each element of the output, in C × H × W order, which element of the input it is,
  /// counted likewise.
  func forEachSource(_ body: (Int) -> Void) {
    switch operation {
    case .transpose(let attributes):
      attributes.forEachSource(body)
    case .pad(let attributes):
      forEachSource(of: attributes, body)
    case .region(let attributes):
      Grid(
        attributes.axes.map { axis in
          (0..<axis.length).map(axis.source(of:))
        }, extents: attributes.axes.map(\.extent)
      ).forEachSource(body)
    case .selection(let attributes):
      var places = attributes.extents.map { Array(0..<$0) }
      places[attributes.axis] = attributes.places
      Grid(places, extents: attributes.extents).forEachSource(body)
    default:
      for element in 0..<output.elementCount { body(element) }
    }
  }

  private func forEachSource(of pad: Pad, _ body: (Int) -> Void) {
    func source(_ position: Int, _ before: Int, _ extent: Int) -> Int {
      pad.mode.source(of: position - before, extent: extent) ?? 0
    }
    for channel in 0..<output.channels {
      let plane = source(channel, pad.channelsBefore, input.channels) * input.height
      for y in 0..<output.height {
        let row = (plane + source(y, pad.spatial.top, input.height)) * input.width
        for x in 0..<output.width { body(row + source(x, pad.spatial.left, input.width)) }
      }
    }
  }
}

/// Places along each axis of a grid, combined.
private struct Grid {
  /// By axis, outermost first: elements from the start of the axis's extent.
  let offsets: [[Int]]

  /// - Parameters:
  ///   - places: by axis, of the grid's elements along it
  ///   - extents: the grid's
  init(_ places: [[Int]], extents: [Int]) {
    var stride = 1
    var offsets: [[Int]] = []
    for (places, extent) in zip(places, extents).reversed() {
      offsets.append(places.map { $0 * stride })
      stride *= extent
    }
    self.offsets = offsets.reversed()
  }

  func forEachSource(_ body: (Int) -> Void) {
    var digits = [Int](repeating: 0, count: offsets.count)
    while true {
      var source = 0
      for (axis, digit) in digits.enumerated() { source += offsets[axis][digit] }
      body(source)
      var axis = digits.count - 1
      while axis >= 0 {
        digits[axis] += 1
        if digits[axis] < offsets[axis].count { break }
        digits[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

extension Transposition {
  fileprivate func forEachSource(_ body: (Int) -> Void) {
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in extents.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    // Counts like the digits of a number, the last axis fastest.
    let axes = order.filter { extents[$0] > 1 }
    var digits = [Int](repeating: 0, count: axes.count)
    var source = 0
    while true {
      body(source)
      var place = axes.count - 1
      while place >= 0 {
        digits[place] += 1
        source += strides[axes[place]]
        if digits[place] < extents[axes[place]] { break }
        source -= strides[axes[place]] * extents[axes[place]]
        digits[place] = 0
        place -= 1
      }
      if place < 0 { return }
    }
  }
}
