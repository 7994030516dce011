extension CalibrationSums {
  /// The layer problem of these patches.
  ///
  /// Centred (method.md, equation 9), inputs and outputs count from their means, which is a rank-one
  /// correction of each sum, and ``outputOffset(solution:centred:)`` makes up for it.
  ///
  /// - Parameters:
  ///   - weights: w, N × S, one row per filter.
  ///   - centred: whether means are taken off.
  ///   - damping: λ ≥ 0 relative to the mean diagonal of G, see ``LayerProblem/damped(by:)``.
  /// - Throws: ``HashingError`` naming the buffer that has a wrong size, NaN or an infinity.
  public func problem(
    weights: [Float], centred: Bool = true, damping: Float = 0
  ) throws(HashingError) -> LayerProblem {
    try checkFinite(inputSum, .inputSum)
    try checkFinite(outputSum, .outputSum)
    try checkFinite(outputSquares, .outputSquares)
    let problem = try LayerProblem(
      patchLength: patchLength, filterCount: filterCount, gram: finalGram(centred: centred),
      correlation: finalCorrelation(centred: centred), weights: weights,
      energy: finalEnergy(centred: centred))
    return damping == 0 ? problem : try problem.damped(by: damping)
  }

  /// What to add to every output of a filter, next to its bias: the mean the codes do not see.
  ///
  /// - Returns: mean(y) − Σ_k α_k mean(x̃)ᵀb_k per filter when centred, else zeros: N.
  public func outputOffset(solution: LayerSolution, centred: Bool = true) -> [Float] {
    outputOffset(weights: solution.estimate, centred: centred)
  }

  /// The same for weights of any kind.
  ///
  /// - Parameter weights: ŵ, N × S.
  /// - Returns: mean(y) − mean(x̃)ᵀŵ per filter when centred, else zeros: N.
  public func outputOffset(weights: [Float], centred: Bool = true) -> [Float] {
    guard centred, patchCount > 0 else { return [Float](repeating: 0, count: filterCount) }
    return (0..<filterCount).map { filter in
      var offset = outputSum[filter]
      for input in 0..<patchLength {
        offset -= inputSum[input] * Double(weights[filter * patchLength + input])
      }
      return Float(offset / Double(patchCount))
    }
  }

  /// Inputs that do not vary beyond what rounding leaves of a constant.
  private func isConstant(_ input: Int) -> Bool {
    let squares = Double(gram[input * patchLength + input])
    let variation = squares - inputSum[input] * inputSum[input] / Double(max(1, patchCount))
    return variation <= 4e-6 * squares
  }

  /// G, symmetric to the last bit; centred: G − M μ̃μ̃ᵀ with the rows of constant inputs zero.
  private func finalGram(centred: Bool) -> [Float] {
    let size = patchLength
    let means = centredMeans(centred)
    let constant = (0..<size).map { centred && isConstant($0) }
    return [Float](unsafeUninitializedCapacity: size * size) { buffer, count in
      for row in 0..<size {
        let sum = inputSum[row]
        for column in row..<size {
          let dead = constant[row] || constant[column]
          let value = dead ? 0 : Double(gram[row * size + column]) - sum * means[column]
          buffer.initializeElement(at: row * size + column, to: Float(value))
        }
      }
      let tile = 64
      for firstRow in stride(from: 0, to: size, by: tile) {
        for firstColumn in stride(from: 0, through: firstRow, by: tile) {
          for row in firstRow..<min(size, firstRow + tile) {
            for column in firstColumn..<min(row, firstColumn + tile) {
              buffer.initializeElement(at: row * size + column, to: buffer[column * size + row])
            }
          }
        }
      }
      count = size * size
    }
  }

  /// q; centred: q − Σy · μ̃.
  private func finalCorrelation(centred: Bool) -> [Float] {
    guard centred else { return correlation }
    let size = patchLength
    let means = centredMeans(centred)
    let constant = (0..<size).map(isConstant)
    var result = correlation
    for filter in 0..<filterCount {
      for input in 0..<size {
        let index = filter * size + input
        let value = Double(correlation[index]) - outputSum[filter] * means[input]
        result[index] = constant[input] ? 0 : Float(value)
      }
    }
    return result
  }

  /// Σy²; centred: Σy² − (Σy)² / M.
  private func finalEnergy(centred: Bool) -> [Double] {
    guard centred, patchCount > 0 else { return outputSquares }
    return (0..<filterCount).map {
      max(0, outputSquares[$0] - outputSum[$0] * outputSum[$0] / Double(patchCount))
    }
  }

  /// mean(x̃), or zeros: S.
  private func centredMeans(_ centred: Bool) -> [Double] {
    guard centred, patchCount > 0 else { return [Double](repeating: 0, count: patchLength) }
    return inputSum.map { $0 / Double(patchCount) }
  }
}
