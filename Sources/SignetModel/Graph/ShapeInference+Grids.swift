/// Shape rules of the operations that resample a map or work along the axes of a grid.
extension NodeShape {
  func spread(_ stride: Size2D) throws(GraphError) -> Shape {
    let input = try onlyMap()
    for (name, value) in [("stride.height", stride.height), ("stride.width", stride.width)] {
      try require(
        (1...ShapeInference.reach).contains(value), name, "1 to \(ShapeInference.reach)", value)
    }
    return .map(
      input.channels, (input.height - 1) * stride.height + 1, (input.width - 1) * stride.width + 1)
  }

  func resize(_ attributes: Resize) throws(GraphError) -> Shape {
    let input = try onlyMap()
    for (name, axis) in [("height", attributes.height), ("width", attributes.width)] {
      try require(
        (1...ShapeInference.reach).contains(axis.size), "\(name).size",
        "1 to \(ShapeInference.reach)", axis.size)
      try require(
        axis.scale.isFinite && axis.scale > 0 && axis.scale < Float(ShapeInference.reach)
          && 1 / axis.scale < Float(ShapeInference.reach),
        "\(name).scale", "a number above 0, at most \(ShapeInference.reach)", axis.scale)
      try require(
        [axis.start, axis.end].allSatisfy { abs($0) <= Float(ShapeInference.reach) }, name,
        "a part of the map", "\(axis.start) to \(axis.end)")
    }
    try require(
      attributes.cubicCoefficient.isFinite && attributes.extrapolation.isFinite,
      "cubicCoefficient", "finite numbers", attributes.cubicCoefficient)
    return .map(input.channels, attributes.height.size, attributes.width.size)
  }

  func gridSample() throws(GraphError) -> Shape {
    guard inputs.count == 2 else {
      throw .inputCount(
        node: node.name, operation: kind, expected: "a map and its places", found: inputs.count)
    }
    let (map, places) = (inputs[0], inputs[1])
    let reach = ShapeInference.reach
    guard map.isMap, map.height <= reach, map.width <= reach else {
      throw .shape(
        node: node.name, operation: kind, expected: "C×H×W, at most \(reach) high and wide",
        found: map)
    }
    guard places.isMap, places.width == 2 else {
      throw .shape(node: node.name, operation: kind, expected: "places H×W×2", found: places)
    }
    return .map(map.channels, places.channels, places.height)
  }

  func reduce(_ attributes: Reduction) throws(GraphError) -> Shape {
    try requireSameElements(attributes.extents, as: try only(), "extents")
    try requireAxes(attributes.axes, of: attributes.extents)
    let kept = attributes.extents.indices.filter { !attributes.axes.contains($0) }
    return try result(attributes.shape, kept.map { attributes.extents[$0] })
  }

  func argExtreme(_ attributes: ArgExtreme) throws(GraphError) -> Shape {
    try requireSameElements(attributes.extents, as: try only(), "extents")
    try requireAxes([attributes.axis], of: attributes.extents)
    var kept = attributes.extents
    kept.remove(at: attributes.axis)
    return try result(attributes.shape, kept)
  }

  func normalize(_ attributes: Normalization) throws(GraphError) -> Shape {
    let input = try only()
    try requireSameElements(attributes.extents, as: input, "extents")
    try requireAxes(attributes.axes, of: attributes.extents)
    try require(
      attributes.epsilon.isFinite && attributes.epsilon >= 0, "epsilon", "0 or more",
      attributes.epsilon)
    return input
  }

  func matrixProduct(_ attributes: MatrixProduct) throws(GraphError) -> Shape {
    let (batch, rows) = (attributes.batch, attributes.rows)
    guard inputs.count == 2 else {
      throw .inputCount(
        node: node.name, operation: kind, expected: "two inputs", found: inputs.count)
    }
    for (input, extents) in zip(
      inputs, [[batch, rows, attributes.inner], [batch, attributes.inner, attributes.columns]])
    {
      try requireSameElements(extents, as: input, "inner")
    }
    return try result(attributes.shape, [batch, rows, attributes.columns])
  }

  func constant(_ shape: Shape) throws(GraphError) -> Shape {
    _ = try only()
    try require(
      Shape.ranks.contains(shape.extents.count) && shape.checkedElementCount != nil, "shape",
      "\(Shape.ranks.lowerBound) to \(Shape.ranks.upperBound) extents, each at least 1", shape)
    return shape
  }

  func region(_ attributes: Region) throws(GraphError) -> Shape {
    try requireSameElements(attributes.axes.map(\.extent), as: try only(), "axes")
    for (index, axis) in attributes.axes.enumerated() {
      let limit = ShapeInference.limit
      try require(
        (1...limit).contains(axis.count) && (1...limit).contains(axis.repeats)
          && (-limit...limit).contains(axis.step) && (0..<axis.extent).contains(axis.start),
        "axes[\(index)]", "a start within 0..<\(axis.extent), and at least one element",
        "\(axis.count) from \(axis.start) by \(axis.step)")
      let last = axis.start + (axis.count - 1) * axis.step
      try require(
        (0..<axis.extent).contains(last), "axes[\(index)]", "places within 0..<\(axis.extent)", last
      )
    }
    return try result(attributes.shape, attributes.axes.map(\.length))
  }

  func selection(_ attributes: Selection) throws(GraphError) -> Shape {
    try requireSameElements(attributes.extents, as: try only(), "extents")
    try requireAxes([attributes.axis], of: attributes.extents)
    let extent = attributes.extents[attributes.axis]
    try require(
      !attributes.places.isEmpty && attributes.places.allSatisfy { (0..<extent).contains($0) },
      "places", "places within 0..<\(extent)", "others")
    var extents = attributes.extents
    extents[attributes.axis] = attributes.places.count
    return try result(attributes.shape, extents)
  }

  private func requireAxes(_ axes: [Int], of extents: [Int]) throws(GraphError) {
    let isAscending = zip(axes, axes.dropFirst()).allSatisfy { $0 < $1 }
    try require(
      !axes.isEmpty && isAscending && axes.allSatisfy(extents.indices.contains), "axes",
      "ascending axes of \(Shape(extents))", axes)
  }

  /// `shape`, checked to have the elements that `extents` have.
  private func result(_ shape: Shape, _ extents: [Int]) throws(GraphError) -> Shape {
    try require(
      Shape.ranks.contains(shape.extents.count), "shape",
      "\(Shape.ranks.lowerBound) to \(Shape.ranks.upperBound) extents", shape)
    let count = Shape(extents).checkedElementCount ?? (extents.isEmpty ? 1 : nil)
    try require(
      count != nil && shape.checkedElementCount == count, "shape",
      "the \(count.map(String.init) ?? "countable") elements of \(Shape(extents))", shape)
    return shape
  }
}
