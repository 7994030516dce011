extension CholeskyFactor {
  /// (G + λI)⁻¹ of every row: rows × stride.
  func solve(
    _ target: UnsafePointer<Float>, rows: Int, products: KernelProducts
  ) -> AlignedBuffer<Float> {
    let half = solveLower(target, rows: rows, products: products)
    solveUpper(half, rows: rows, products: products)
    return half
  }

  /// y with L y = q for every row q: rows × stride.
  func solveLower(
    _ target: UnsafePointer<Float>, rows: Int, products: KernelProducts
  ) -> AlignedBuffer<Float> {
    let block = CholeskyFactor.block
    let solved = AlignedBuffer<Float>(uninitialized: rows * size)
    let part = AlignedBuffer<Float>(uninitialized: rows * block)
    for (index, first) in stride(from: 0, to: size, by: block).enumerated() {
      let width = min(block, size - first)
      for row in 0..<rows {
        (part.base + row * block).update(from: target + row * size + first, count: width)
      }
      if first > 0 {
        products.multiply(
          .init(solved.base, rowStride: size),
          .init(lower.base + first * size, rowStride: 1, columnStride: size),
          rows: rows, columns: width, depth: first, alpha: -1, beta: 1, into: part.base,
          stride: block)
      }
      products.multiply(
        .init(part.base, rowStride: block),
        .init(inverses[index].base, rowStride: 1, columnStride: block), rows: rows,
        columns: width, depth: width, into: solved.base + first, stride: size)
    }
    return solved
  }

  /// x with Lᵀ x = y for every row y, in its place: rows × stride.
  private func solveUpper(_ values: AlignedBuffer<Float>, rows: Int, products: KernelProducts) {
    let block = CholeskyFactor.block
    let part = AlignedBuffer<Float>(uninitialized: rows * block)
    for (index, first) in stride(from: 0, to: size, by: block).enumerated().reversed() {
      let width = min(block, size - first)
      let done = first + width
      for row in 0..<rows {
        (part.base + row * block).update(from: values.base + row * size + first, count: width)
      }
      if done < size {
        products.multiply(
          .init(values.base + done, rowStride: size),
          .init(lower.base + done * size + first, rowStride: size), rows: rows, columns: width,
          depth: size - done, alpha: -1, beta: 1, into: part.base, stride: block)
      }
      products.multiply(
        .init(part.base, rowStride: block), .init(inverses[index].base, rowStride: block),
        rows: rows, columns: width, depth: width, into: values.base + first, stride: size)
    }
  }
}
