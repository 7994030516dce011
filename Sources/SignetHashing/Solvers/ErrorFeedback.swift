/// Error-feedback rounding at one bit (method.md, equation 11): with LLᵀ = G and y = L⁻¹q the
/// objective is ‖y − αLᵀb‖² and a constant; b is chosen from the last input to the first, each
/// making up for what the choices before it left.
struct ErrorFeedback {
  let factor: CholeskyFactor
  let products: KernelProducts

  /// Factors G with the smallest ridge that makes it positive definite, or nil if none does.
  init?(_ problem: PaddedProblem, products: KernelProducts) {
    for ridge in [0.01, 0.1, 1] as [Float] {
      if let factor = try? CholeskyFactor(problem, ridge: ridge, products: products) {
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
    let rest = factor.solveLower(target, rows: filterCount, products: products)  // y, N × stride
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
}
