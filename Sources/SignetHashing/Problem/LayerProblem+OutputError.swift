extension LayerProblem {
  /// ‖Xᵀw − X̃ᵀŵ‖² = ‖Xᵀw‖² − 2 qᵀŵ + ŵᵀGŵ of each filter: N.
  ///
  /// - Parameter estimate: ŵ, N × S
  package func squaredErrors(
    estimate: [Float], products: KernelProducts
  ) throws(HashingError) -> [Double] {
    try outputErrors(
      gram: gram, correlation: correlation, energy: energy, patchLength: patchLength,
      estimate: estimate, products: products)
  }
}

extension CalibrationSums {
  /// The same of the sums as they are, not centred.
  package func squaredErrors(
    estimate: [Float], products: KernelProducts
  ) throws(HashingError) -> [Double] {
    try outputErrors(
      gram: gram, correlation: correlation, energy: outputSquares, patchLength: patchLength,
      estimate: estimate, products: products)
  }
}

private func outputErrors(
  gram: [Float], correlation: [Float], energy: [Double], patchLength: Int, estimate: [Float],
  products: KernelProducts
) throws(HashingError) -> [Double] {
  let filterCount = energy.count
  try checkSize(correlation, .correlation, filterCount * patchLength)
  try checkSize(estimate, .weights, filterCount * patchLength)
  let atOnce = LayerMemory(
    patchLength: patchLength, filterCount: filterCount, codes: 1
  ).filtersAtOnce
  var errors = energy
  for first in stride(from: 0, to: filterCount, by: atOnce) {
    let elements = first * patchLength..<min(first + atOnce, filterCount) * patchLength
    // Ŵ G, less 2 Q.
    let slope = AlignedBuffer<Float>(uninitialized: elements.count)
    for index in elements { slope.base[index - elements.lowerBound] = -2 * correlation[index] }
    gram.withUnsafeBufferPointer { gram in
      estimate.withUnsafeBufferPointer { estimate in
        guard let gram = gram.baseAddress, let estimate = estimate.baseAddress else { return }
        products.multiply(
          .init(estimate + elements.lowerBound, rowStride: patchLength),
          .init(gram, rowStride: patchLength), rows: elements.count / patchLength,
          columns: patchLength, depth: patchLength, beta: 1, into: slope.base,
          stride: patchLength)
      }
    }
    for index in elements {
      errors[index / patchLength] +=
        Double(slope.base[index - elements.lowerBound]) * Double(estimate[index])
    }
  }
  return errors.map { max(0, $0) }
}
