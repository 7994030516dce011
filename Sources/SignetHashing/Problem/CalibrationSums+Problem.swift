extension CalibrationSums {
  /// The layer problem of these patches.
  ///
  /// Centred (method.md, equation 9), inputs and outputs count from their means, which is a rank-one
  /// correction of each sum, and ``outputOffset(solution:centred:)`` makes up for it.
  ///
  /// - Parameters:
  ///   - weights: w, N × S, one row per filter.
  ///   - centred: whether means are taken off.
  ///   - ridge: λ ≥ 0 relative to the mean diagonal of G, see ``LayerProblem/withRidge(_:)``.
  /// - Throws: ``HashingError`` naming the buffer that has a wrong size, NaN or an infinity.
  public func problem(
    weights: [Float], centred: Bool = true, ridge: Float = 0
  ) throws(HashingError) -> LayerProblem {
    var sums = self
    return try sums.takeProblem(weights: weights, centred: centred, ridge: ridge)
  }

  /// The same with G and q moved into the problem instead of copied: they are empty here afterwards,
  /// and ``outputOffset(weights:centred:)`` needs neither.
  package mutating func takeProblem(
    weights: [Float], centred: Bool = true, ridge: Float = 0
  ) throws(HashingError) -> LayerProblem {
    try checkFinite(inputSum, .inputSum)
    try checkFinite(outputSum, .outputSum)
    try checkFinite(outputSquares, .outputSquares)
    let constant = (0..<patchLength).map { centred && isConstant($0) }
    var (gram, correlation) = (self.gram, self.correlation)
    (self.gram, self.correlation) = ([], [])
    finishGram(&gram, centred: centred, constant: constant)
    finishCorrelation(&correlation, centred: centred, constant: constant)
    let problem = try LayerProblem(
      patchLength: patchLength, filterCount: filterCount, gram: gram, correlation: correlation,
      weights: weights, energy: finalEnergy(centred: centred))
    return ridge == 0 ? problem : try problem.withRidge(ridge)
  }

  /// What to add to every output of a filter, next to its bias: the mean the codes do not see.
  ///
  /// - Returns: mean(y) − mean(x̃)ᵀŵ per filter when centred, else zeros: N.
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
  private func finishGram(_ gram: inout [Float], centred: Bool, constant: [Bool]) {
    let size = patchLength
    let means = centredMeans(centred)
    gram.withUnsafeMutableBufferPointer { buffer in
      guard buffer.count == size * size else { return }
      for row in 0..<size {
        let sum = inputSum[row]
        for column in row..<size {
          let dead = constant[row] || constant[column]
          let value = dead ? 0 : Double(buffer[row * size + column]) - sum * means[column]
          buffer[row * size + column] = Float(value)
        }
      }
      let tile = 64
      for firstRow in stride(from: 0, to: size, by: tile) {
        for firstColumn in stride(from: 0, through: firstRow, by: tile) {
          for row in firstRow..<min(size, firstRow + tile) {
            for column in firstColumn..<min(row, firstColumn + tile) {
              buffer[row * size + column] = buffer[column * size + row]
            }
          }
        }
      }
    }
  }

  /// q; centred: q − Σy · μ̃.
  private func finishCorrelation(_ correlation: inout [Float], centred: Bool, constant: [Bool]) {
    guard centred else { return }
    let size = patchLength
    let means = centredMeans(centred)
    correlation.withUnsafeMutableBufferPointer { buffer in
      guard buffer.count == filterCount * size else { return }
      for filter in 0..<filterCount {
        for input in 0..<size {
          let index = filter * size + input
          let value = Double(buffer[index]) - outputSum[filter] * means[input]
          buffer[index] = constant[input] ? 0 : Float(value)
        }
      }
    }
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
