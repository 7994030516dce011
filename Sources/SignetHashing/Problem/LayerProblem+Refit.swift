extension LayerProblem {
  /// The real weights that bring the outputs closest, for a layer that stays float behind binary
  /// ones: those of least ‖Xᵀw − X̃ᵀv‖² + λ·mean(diag G)·‖w − v‖² (method.md, equation 17).
  ///
  /// - Parameters:
  ///   - ridge: λ > 0; where patches are few it keeps v at w in the directions they leave open.
  ///   - threads: how many to use.
  /// - Returns: v, N × S, one row per filter.
  /// - Throws: ``HashingError/notPositiveDefinite(pivot:)`` where λ is too small for G.
  public func refittedWeights(ridge: Float, threads: Int) throws(HashingError) -> [Float] {
    guard ridge > 0, ridge.isFinite else {
      throw .invalidOption(name: "ridge", value: "\(ridge)", allowed: "more than 0")
    }
    let products = KernelProducts(kernels: try Kernels.chosen(), threads: threads)
    let result = PaddedProblem.with(self) { padded in
      Result { () throws(HashingError) in
        try padded.refittedWeights(ridge: ridge, products: products)
      }
    }
    return try result.get()
  }
}

extension PaddedProblem {
  /// w + (G + λI)⁻¹ (q − Gw): solving for the change loses less to rounding.
  fileprivate func refittedWeights(
    ridge: Float, products: KernelProducts
  ) throws(HashingError) -> [Float] {
    let factor = try CholeskyFactor(self, ridge: ridge, products: products)
    let own = AlignedBuffer<Float>(count: filterCount * stride, repeating: 0)
    for filter in 0..<filterCount {
      for (input, weight) in weights(ofFilter: filter).enumerated() {
        own[filter * stride + input] = weight
      }
    }
    let missing = AlignedBuffer<Float>(uninitialized: filterCount * stride)
    missing.base.initialize(from: correlation, count: filterCount * stride)
    products.multiply(
      .init(own.base, rowStride: stride), .init(gram, rowStride: stride), rows: filterCount,
      columns: stride, depth: stride, alpha: -1, beta: 1, into: missing.base, stride: stride)
    let change = factor.solve(missing.base, rows: filterCount, products: products)
    return (0..<filterCount).flatMap { filter in
      weights(ofFilter: filter).enumerated().map { input, weight in
        weight + change[filter * stride + input]
      }
    }
  }
}
