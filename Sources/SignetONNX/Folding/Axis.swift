/// Arithmetic on axes and ranges, as ONNX counts them: negative numbers count from the end.
enum Axis {
  static func normalized(
    _ axis: Int, rank: Int, _ attribute: String = "axis"
  ) throws(NodeFailure) -> Int {
    guard axis >= -rank, axis < rank else {
      throw NodeFailure(attribute, expected: "an axis of a tensor of rank \(rank)", found: axis)
    }
    return axis < 0 ? axis + rank : axis
  }

  /// Distinct axes in the given order.
  static func normalized(
    _ axes: [Int], rank: Int, _ attribute: String = "axes"
  ) throws(NodeFailure) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      result.append(try normalized(axis, rank: rank, attribute))
    }
    guard Set(result).count == result.count else {
      throw NodeFailure(attribute, expected: "distinct axes", found: axes)
    }
    return result
  }

  /// Elements from one axis to the next: the product of the extents behind each.
  static func strides(_ dims: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: dims.count)
    for axis in dims.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * dims[axis + 1]
    }
    return strides
  }

  /// The extents two tensors have once broadcast to each other, or `nil`.
  static func broadcast(_ left: [Int], _ right: [Int]) -> [Int]? {
    let rank = max(left.count, right.count)
    let left = [Int](repeating: 1, count: rank - left.count) + left
    let right = [Int](repeating: 1, count: rank - right.count) + right
    var result: [Int] = []
    for (a, b) in zip(left, right) {
      guard a == b || a == 1 || b == 1 else { return nil }
      result.append(a == 1 ? b : a)
    }
    return result
  }

  /// Positions, in a row-major tensor of `dims`, of the elements of a grid of extents `shape`
  /// whose axis `i` advances by `strides[i]` from `start`. `shape` must have been claimed.
  static func positions(shape: [Int], strides: [Int], start: Int = 0) -> [Int] {
    var positions = [start]
    for (extent, stride) in zip(shape, strides) {
      var next: [Int] = []
      next.reserveCapacity(positions.count * extent)
      for first in positions {
        var position = first
        for _ in 0..<extent {
          next.append(position)
          position &+= stride
        }
      }
      positions = next
    }
    return positions
  }

  /// Positions of the elements of a tensor of `dims` when broadcast to `shape`.
  static func broadcastPositions(_ dims: [Int], to shape: [Int]) -> [Int] {
    let padded = [Int](repeating: 1, count: shape.count - dims.count) + dims
    let strides = zip(padded, Self.strides(padded)).map { $0 == 1 ? 0 : $1 }
    return positions(shape: shape, strides: strides)
  }

  /// The elements a slice takes along one axis.
  ///
  /// - Returns: the first position, the step and the number of elements.
  static func slice(
    start: Int, end: Int, step: Int, extent: Int
  ) throws(NodeFailure) -> (start: Int, step: Int, count: Int) {
    guard step != 0, step != .min else {
      throw NodeFailure("steps", expected: "a step other than 0", found: step)
    }
    let low = step > 0 ? 0 : -1
    let high = step > 0 ? extent : extent - 1
    func clamped(_ position: Int) -> Int {
      min(max(position < 0 ? max(position, -extent - 1) + extent : position, low), high)
    }
    let first = clamped(start)
    let last = clamped(end)
    let distance = step > 0 ? last - first : first - last
    return (first, step, distance <= 0 ? 0 : (distance - 1) / abs(step) + 1)
  }

  /// The extents of a reshape of `dims`: 0 keeps an extent, -1 takes what is left.
  static func reshape(
    _ dims: [Int], to target: [Int], allowZero: Bool
  ) throws(NodeFailure) -> [Int] {
    guard target.count <= ConstantTensor.maximumRank else {
      throw NodeFailure(
        "shape", expected: "at most \(ConstantTensor.maximumRank) axes", found: target.count)
    }
    var result = target
    for (axis, extent) in target.enumerated() where extent == 0 && !allowZero {
      guard axis < dims.count else {
        throw NodeFailure("shape", expected: "0 only where the input has an axis", found: target)
      }
      result[axis] = dims[axis]
    }
    let count = ConstantTensor.elementCount(dims, limit: .max) ?? 0
    let free = result.indices.filter { result[$0] == -1 }
    let known = result.filter { $0 != -1 }
    guard free.count <= 1, let product = ConstantTensor.elementCount(known, limit: .max),
      free.isEmpty ? product == count : product > 0 && count % product == 0
    else {
      throw NodeFailure("shape", expected: "the \(count) elements of \(dims)", found: target)
    }
    if let axis = free.first { result[axis] = count / product }
    return result
  }
}
