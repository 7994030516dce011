/// What a layer's hashing problem needs to know of the calibration set, accumulated over patches.
///
/// X̃ (S × M) are the inputs in the network whose earlier layers are binary; Y = Xᵀw (M × N) are
/// the layer's outputs in the float network, without bias. In the symmetric variant X̃ = X.
public struct CalibrationSums: Sendable, Equatable {
  /// S, the number of inputs of one filter.
  public let patchLength: Int
  /// N, the number of filters.
  public let filterCount: Int
  /// M, the patches seen so far.
  public private(set) var patchCount: Int
  /// X̃X̃ᵀ: S × S, row-major.
  public internal(set) var gram: [Float]
  /// (X̃Y)ᵀ: N × S, one row per filter.
  public internal(set) var correlation: [Float]
  /// Σ x̃ over the patches: S.
  public private(set) var inputSum: [Double]
  /// Σ y over the patches: N.
  public private(set) var outputSum: [Double]
  /// Σ y² over the patches: N.
  public private(set) var outputSquares: [Double]

  /// No patches yet.
  public init(patchLength: Int, filterCount: Int) throws(HashingError) {
    guard patchLength > 0, filterCount > 0 else {
      throw .emptyProblem(patchLength: patchLength, filterCount: filterCount)
    }
    self.patchLength = patchLength
    self.filterCount = filterCount
    patchCount = 0
    gram = [Float](repeating: 0, count: patchLength * patchLength)
    correlation = [Float](repeating: 0, count: filterCount * patchLength)
    inputSum = [Double](repeating: 0, count: patchLength)
    outputSum = [Double](repeating: 0, count: filterCount)
    outputSquares = [Double](repeating: 0, count: filterCount)
  }

  /// Sums that were accumulated elsewhere; shapes as the properties say.
  ///
  /// - Throws: ``HashingError/wrongSize(buffer:expected:found:)``; values are checked by
  ///   ``problem(weights:centred:ridge:)``.
  public init(
    patchLength: Int, filterCount: Int, patchCount: Int, gram: [Float], correlation: [Float],
    inputSum: [Double], outputSum: [Double], outputSquares: [Double]
  ) throws(HashingError) {
    guard patchLength > 0, filterCount > 0 else {
      throw .emptyProblem(patchLength: patchLength, filterCount: filterCount)
    }
    try checkSize(gram, .gram, patchLength * patchLength)
    try checkSize(correlation, .correlation, filterCount * patchLength)
    try checkSize(inputSum, .inputSum, patchLength)
    try checkSize(outputSum, .outputSum, filterCount)
    try checkSize(outputSquares, .outputSquares, filterCount)
    self.patchLength = patchLength
    self.filterCount = filterCount
    self.patchCount = patchCount
    self.gram = gram
    self.correlation = correlation
    self.inputSum = inputSum
    self.outputSum = outputSum
    self.outputSquares = outputSquares
  }

  /// Adds a chunk of patches.
  ///
  /// - Parameters:
  ///   - patches: X̃ᵀ, count × S, one row per patch.
  ///   - outputs: Y, count × N, one row per patch.
  ///   - products: who multiplies matrices.
  public mutating func add(
    patches: [Float], outputs: [Float], products: some MatrixProducts
  ) throws(HashingError) {
    let count = patches.count / patchLength
    try checkSize(patches, .inputs, count * patchLength)
    try checkSize(outputs, .outputs, count * filterCount)
    products.symmetricRankK(patches, count: count, size: patchLength, into: &gram)
    products.multiplyTransposed(
      outputs, patches, depth: count, rows: filterCount, columns: patchLength, into: &correlation)
    for patch in 0..<count {
      for input in 0..<patchLength {
        inputSum[input] += Double(patches[patch * patchLength + input])
      }
      for filter in 0..<filterCount {
        let output = Double(outputs[patch * filterCount + filter])
        outputSum[filter] += output
        outputSquares[filter] += output * output
      }
    }
    patchCount += count
  }
}
