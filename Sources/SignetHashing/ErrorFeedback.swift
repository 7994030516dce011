/// Error-feedback rounding at one bit (method.md, equation 11): with LLᵀ = G and y = L⁻¹q the
/// objective is ‖y − αLᵀb‖² and a constant; b is chosen from the last input to the first, each
/// making up for what the choices before it left.
struct ErrorFeedback {
  let factor: CholeskyFactor
  let products: KernelProducts

  /// Factors G with the smallest damping that makes it positive definite, or nil if none does.
  init?(_ problem: PaddedProblem, products: KernelProducts) {
    for damping in [0.01, 0.1, 1] as [Float] {
      if let factor = try? CholeskyFactor(problem, damping: damping, products: products) {
        self.factor = factor
        self.products = products
        return
      }
    }
    return nil
  }

  /// Rounds every filter of one code.
  ///
  /// - Parameters:
  ///   - target: q, less what other codes explain: N × stride.
  ///   - scales: α: N.
  ///   - codes: written: N × stride.
  func round(
    target: UnsafePointer<Float>, scales: UnsafePointer<Float>, filterCount: Int,
    into codes: UnsafeMutablePointer<Int8>
  ) {
    let size = factor.size
    let block = CholeskyFactor.block
    let rest = solveLower(target, filterCount: filterCount)  // y, N × stride
    let signs = AlignedBuffer<Float>(count: filterCount * size, repeating: 0)  // α b
    let starts = Array(stride(from: 0, to: size, by: block))
    for first in starts.reversed() {
      let width = min(block, size - first)
      let done = first + width
      if done < size {
        products.multiply(
          .init(signs.base + done, rowStride: size),
          .init(factor.lower.base + done * size + first, rowStride: size), rows: filterCount,
          columns: width, depth: size - done, alpha: -1, beta: 1, into: rest.base + first,
          stride: size)
      }
      forEach(count: filterCount, threads: products.threads) { filter in
        let row = rest.base + filter * size
        for input in (first..<done).reversed() {
          let sign: Float = row[input] < 0 ? -1 : 1
          let value = sign * scales[filter]
          codes[filter * size + input] = Int8(sign)
          signs.base[filter * size + input] = value
          let factorRow = factor.lower.base + input * size
          for other in first..<input { row[other] -= value * factorRow[other] }
        }
      }
    }
  }

  /// y with L y = q for every filter: N × stride.
  private func solveLower(
    _ target: UnsafePointer<Float>, filterCount: Int
  ) -> AlignedBuffer<Float> {
    let size = factor.size
    let block = CholeskyFactor.block
    let solved = AlignedBuffer<Float>(uninitialized: filterCount * size)
    let part = AlignedBuffer<Float>(uninitialized: filterCount * block)
    for (index, first) in stride(from: 0, to: size, by: block).enumerated() {
      let width = min(block, size - first)
      for filter in 0..<filterCount {
        (part.base + filter * block).update(from: target + filter * size + first, count: width)
      }
      if first > 0 {
        products.multiply(
          .init(solved.base, rowStride: size),
          .init(factor.lower.base + first * size, rowStride: 1, columnStride: size),
          rows: filterCount, columns: width, depth: first, alpha: -1, beta: 1, into: part.base,
          stride: block)
      }
      products.multiply(
        .init(part.base, rowStride: block),
        .init(factor.inverses[index].base, rowStride: 1, columnStride: block), rows: filterCount,
        columns: width, depth: width, into: solved.base + first, stride: size)
    }
    return solved
  }
}
