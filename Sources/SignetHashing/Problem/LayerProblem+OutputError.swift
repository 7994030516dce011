extension LayerProblem {
  /// Σ over filters of ‖Xᵀw − X̃ᵀŵ‖² = ‖Xᵀw‖² − 2 qᵀŵ + ŵᵀGŵ for ŵ = Σ_k α_k b_k.
  ///
  /// - Parameters:
  ///   - codes: B, K × N × S, −1 or +1
  ///   - scales: α, K × N
  package func squaredError(
    codes: [Int8], scales: [Float], products: KernelProducts
  ) throws(HashingError) -> Double {
    try outputError(
      gram: gram, correlation: correlation, energy: energy, patchLength: patchLength,
      codes: codes, scales: scales, products: products)
  }
}

extension CalibrationSums {
  /// The same of the sums as they are, not centred.
  package func squaredError(
    codes: [Int8], scales: [Float], products: KernelProducts
  ) throws(HashingError) -> Double {
    try outputError(
      gram: gram, correlation: correlation, energy: outputSquares, patchLength: patchLength,
      codes: codes, scales: scales, products: products)
  }
}

private func outputError(
  gram: [Float], correlation: [Float], energy: [Double], patchLength: Int, codes: [Int8],
  scales: [Float], products: KernelProducts
) throws(HashingError) -> Double {
  let filterCount = energy.count
  let elements = filterCount * patchLength
  try checkSize(correlation, .correlation, elements)
  let codeCount = scales.count / max(1, filterCount)
  guard codes.count == codeCount * elements else {
    throw .invalidOption(
      name: "codes", value: "\(codes.count)", allowed: "\(codeCount * elements)")
  }
  let atOnce = LayerMemory(
    patchLength: patchLength, filterCount: filterCount, codes: codeCount
  ).filtersAtOnce
  var error = energy.reduce(0, +)
  for first in stride(from: 0, to: filterCount, by: atOnce) {
    let filters = first..<min(first + atOnce, filterCount)
    let estimate = AlignedBuffer<Float>(count: filters.count * patchLength, repeating: 0)
    for code in 0..<codeCount {
      for filter in filters {
        let scale = scales[code * filterCount + filter]
        let from = code * elements + filter * patchLength
        let row = estimate.base + (filter - first) * patchLength
        for input in 0..<patchLength { row[input] += scale * Float(codes[from + input]) }
      }
    }
    // Ŵ G, less 2 Q.
    let slope = AlignedBuffer<Float>(uninitialized: filters.count * patchLength)
    for index in 0..<filters.count * patchLength {
      slope.base[index] = -2 * correlation[first * patchLength + index]
    }
    gram.withUnsafeBufferPointer { gram in
      guard let gram = gram.baseAddress else { return }
      products.multiply(
        .init(estimate.base, rowStride: patchLength), .init(gram, rowStride: patchLength),
        rows: filters.count, columns: patchLength, depth: patchLength, beta: 1, into: slope.base,
        stride: patchLength)
    }
    for index in 0..<filters.count * patchLength {
      error += Double(slope.base[index]) * Double(estimate.base[index])
    }
  }
  return max(0, error)
}
