/// Where ONNX's indices point to, as places in a row-major tensor.
enum Places {
  /// First places of the rows that tuples of indices name, and how many elements each row has.
  ///
  /// - Parameters:
  ///   - indices: … × k: the first k coordinates of a row
  ///   - sharedAxes: leading axes that `indices` has in common with the tensor, which a tuple leaves
  ///     out
  static func rows(
    _ indices: ConstantTensor, in dims: [Int], sharedAxes: Int = 0
  ) throws(NodeFailure) -> (starts: [Int], length: Int) {
    guard let numbers = indices.integers, let depth = indices.dims.last, depth >= 1,
      sharedAxes >= 0, sharedAxes < indices.dims.count, sharedAxes + depth <= dims.count,
      indices.dims.prefix(sharedAxes) == dims.prefix(sharedAxes)
    else {
      throw NodeFailure(
        "indices", expected: "tuples of up to \(max(0, dims.count - sharedAxes)) integers",
        found: indices.dims)
    }
    let strides = Axis.strides(dims)
    let shared = dims.prefix(sharedAxes).reduce(1, *)
    let count = numbers.count / depth
    let perShared = shared == 0 ? 0 : count / shared
    let sharedLength = dims.dropFirst(sharedAxes).reduce(1, *)
    var starts: [Int] = []
    starts.reserveCapacity(count)
    for tuple in 0..<count {
      var place = perShared == 0 ? 0 : tuple / perShared * sharedLength
      for axis in 0..<depth {
        let extent = dims[sharedAxes + axis]
        place +=
          try within(numbers[tuple * depth + axis], extent) * strides[sharedAxes + axis]
      }
      starts.append(place)
    }
    return (starts, dims.dropFirst(sharedAxes + depth).reduce(1, *))
  }

  /// Places of elements whose coordinate along one axis is given.
  ///
  /// - Parameter indices: of as many axes as the tensor, none longer but `axis`
  static func elements(
    _ indices: ConstantTensor, in dims: [Int], along axis: Int
  ) throws(NodeFailure) -> [Int] {
    let fits = zip(indices.dims, dims).enumerated().allSatisfy { $0 == axis || $1.0 <= $1.1 }
    guard let numbers = indices.integers, indices.dims.count == dims.count, fits else {
      throw NodeFailure("indices", expected: "integers within \(dims)", found: indices.dims)
    }
    var strides = Axis.strides(dims)
    let stride = strides[axis]
    strides[axis] = 0
    var places = Axis.positions(shape: indices.dims, strides: strides)
    for index in places.indices { places[index] += try within(numbers[index], dims[axis]) * stride }
    return places
  }

  /// An index that may count from the end.
  private static func within(_ index: Int64, _ extent: Int) throws(NodeFailure) -> Int {
    let place = index < 0 ? index &+ Int64(extent) : index
    guard place >= 0, place < Int64(extent) else {
      throw NodeFailure("indices", expected: "places within 0..<\(extent)", found: index)
    }
    return Int(place)
  }
}
