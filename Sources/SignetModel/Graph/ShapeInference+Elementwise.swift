/// Shape rules of the operations that work element by element or only move elements.
extension NodeShape {
  func activation(_ function: Activation) throws(GraphError) -> Shape {
    let values = function.constants
    try require(values.allSatisfy(\.isFinite), "function", "finite numbers", values)
    return try only()
  }

  func affine(_ attributes: Affine) throws(GraphError) -> Shape {
    try require(
      attributes.hasWeight || attributes.hasBias, "hasWeight", "a weight, a bias or both",
      "neither")
    return try broadcast(attributes.shape)
  }

  /// The only input's shape, checked to be one that `parameter` can be broadcast to.
  func broadcast(_ parameter: Shape) throws(GraphError) -> Shape {
    let input = try only()
    let fits =
      parameter.extents.count == input.extents.count
      && zip(parameter.extents, input.extents).allSatisfy { $0 == 1 || $0 == $1 }
    try require(fits, "shape", "extents of 1 or those of \(input)", parameter)
    return input
  }

  func broadcast(inputs count: Int) throws(GraphError) -> Shape {
    guard inputs.count == count else {
      throw .inputCount(
        node: node.name, operation: kind, expected: "\(count) inputs", found: inputs.count)
    }
    return try product()
  }

  func product() throws(GraphError) -> Shape {
    var extents = try several().extents
    for input in inputs.dropFirst() {
      let fits =
        input.extents.count == extents.count
        && zip(input.extents, extents).allSatisfy { $0 == $1 || $0 == 1 || $1 == 1 }
      guard fits else {
        throw .shape(
          node: node.name, operation: kind,
          expected: "\(Shape(extents)) or extents of 1", found: input)
      }
      extents = zip(input.extents, extents).map { max($0, $1) }
    }
    return Shape(extents)
  }

  func localResponseNorm(_ attributes: LocalResponseNorm) throws(GraphError) -> Shape {
    let input = try onlyMap()
    try require(
      (1...ShapeInference.limit).contains(attributes.size), "size", "at least 1", attributes.size)
    for (name, value) in [
      ("alpha", attributes.alpha), ("beta", attributes.beta), ("bias", attributes.bias),
    ] {
      try require(value.isFinite, name, "a finite number", value)
    }
    return input
  }

  func softmax(axis: Int) throws(GraphError) -> Shape {
    let input = try only()
    try require(
      input.extents.indices.contains(axis), "axis", "an axis of \(input)", axis)
    return input
  }

  func reshape(_ shape: Shape) throws(GraphError) -> Shape {
    let input = try only()
    try requireSameElements(shape.extents, as: input, "shape")
    try require(
      Shape.ranks.contains(shape.extents.count), "shape",
      "\(Shape.ranks.lowerBound) to \(Shape.ranks.upperBound) extents", shape)
    return shape
  }

  func transpose(_ attributes: Transposition) throws(GraphError) -> Shape {
    try requireSameElements(attributes.extents, as: try only(), "extents")
    try require(
      attributes.order.sorted() == Array(attributes.extents.indices), "order",
      "each of the \(attributes.extents.count) axes once", attributes.order)
    return try reshape(attributes.shape)
  }

  /// Mirroring and repetition can only reach as far as the map has elements.
  func checkReach(_ attributes: Pad, of input: Shape) throws(GraphError) {
    try require(attributes.value.isFinite, "value", "a finite number", attributes.value)
    guard attributes.mode == .reflect || attributes.mode == .wrap else { return }
    let padding = attributes.spatial
    let slack = attributes.mode == .reflect ? 1 : 0
    for (extent, before, after) in [
      (input.channels, attributes.channelsBefore, attributes.channelsAfter),
      (input.height, padding.top, padding.bottom), (input.width, padding.left, padding.right),
    ] {
      try require(
        max(before, after) <= extent - slack, "padding",
        "at most \(extent - slack) in mode \(attributes.mode.rawValue)", max(before, after))
    }
  }

  func requireSameElements(
    _ extents: [Int], as input: Shape, _ attribute: String
  ) throws(GraphError) {
    try require(
      Shape(extents).checkedElementCount == input.elementCount, attribute,
      "the \(input.elementCount) elements of \(input)", Shape(extents))
  }
}
