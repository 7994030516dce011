import SignetModel

/// Constants beside values computed from the image.
extension GraphImporter {
  /// Lines a constant that ONNX broadcasts up with the axes of a node's value.
  ///
  /// - Returns: the value to compute with, and the constant with one extent per axis of that
  ///   value's shape, each the value's or 1.
  mutating func align(
    _ constant: FoldedConstant, with view: View, _ name: String
  ) throws(NodeFailure) -> (view: View, tensor: ConstantTensor) {
    try budget.claimWork(constant.samples.count == 1 ? 0 : constant.byteCount, name)
    let tensor = try constant.perImage(name)
    guard tensor.integers == nil else {
      throw NodeFailure(name, expected: "numbers of a float type", found: tensor.type)
    }
    if tensor.count == 1 {
      return (view, tensor.reshaped(view.base.extents.map { _ in 1 }))
    }
    let rank = view.dims.count + 1
    let padded = [Int](repeating: 1, count: max(0, rank - tensor.dims.count)) + tensor.dims
    let dims = Array(padded.dropFirst())
    guard padded.count == rank, padded[0] == 1,
      zip(dims, view.dims).allSatisfy({ $0 == 1 || $0 == $1 })
    else {
      let shape = view.dims.map(String.init).joined(separator: "×")
      throw NodeFailure(name, expected: "a constant that fits N×\(shape)", found: tensor.dims)
    }
    let grid = view.order.map { view.extents[$0] }
    if view.dims == grid, view.extents == view.base.extents {
      return (view, try moved(tensor, dims, to: view.order))
    }
    let shape = view.canonicalShape
    let plain = View(node: try resolve(view, as: shape), base: shape, dims: view.dims)
    return (plain, try merged(tensor, dims, in: view.dims))
  }

  /// Permutes a constant given in a view's axes to those of the value behind it.
  private mutating func moved(
    _ tensor: ConstantTensor, _ dims: [Int], to order: [Int]
  ) throws(NodeFailure) -> ConstantTensor {
    let inverse = order.indices.sorted { order[$0] < order[$1] }
    guard inverse != Array(order.indices) else { return tensor.reshaped(dims) }
    let strides = Axis.strides(dims)
    let extents = inverse.map { dims[$0] }
    _ = try budget.claim(extents)
    let positions = Axis.positions(shape: extents, strides: inverse.map { strides[$0] })
    return tensor.gathering(positions, dims: extents)
  }

  /// Brings a constant to the three axes of a canonical shape.
  private mutating func merged(
    _ tensor: ConstantTensor, _ dims: [Int], in full: [Int]
  ) throws(NodeFailure) -> ConstantTensor {
    switch dims.count {
    case 0: return tensor.reshaped([1])
    case 1: return tensor.reshaped(dims)
    case 2: return tensor.reshaped([dims[0], 1, dims[1]])
    case 3: return tensor.reshaped(dims)
    default: break
    }
    let last = dims.count - 1
    if dims[1..<last].allSatisfy({ $0 == 1 }) {
      return tensor.reshaped([dims[0], 1, dims[last]])
    }
    _ = try budget.claim(full)
    let positions = Axis.broadcastPositions(dims, to: full)
    return tensor.gathering(positions, dims: View.canonicalShape(full).extents)
  }
}

extension FoldedConstant {
  /// The constant for one image: a constant that follows the batch must be the same for each.
  func perImage(_ name: String) throws(NodeFailure) -> ConstantTensor {
    if let tensor { return tensor }
    let rows = zip(samples, Self.batches).compactMap { sample, batch -> ConstantTensor? in
      guard sample.dims.first == batch, sample.count % batch == 0 else { return nil }
      let length = sample.count / batch
      let first = sample.gathering(Array(0..<length), dims: [1] + sample.dims.dropFirst())
      for row in 1..<batch {
        let next = sample.gathering(
          Array(row * length..<(row + 1) * length), dims: first.dims)
        guard next == first else { return nil }
      }
      return first
    }
    guard rows.count == samples.count, rows.allSatisfy({ $0 == rows[0] }) else {
      throw NodeFailure(
        name, expected: "a constant that is the same for each image",
        found: "one that follows the batch")
    }
    return rows[0]
  }
}
