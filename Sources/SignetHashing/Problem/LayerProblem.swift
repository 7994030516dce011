/// One layer's inner-product preserving hashing problem (method.md, equations 1 and 2).
///
/// A filter w of a layer with inputs X (S × M, one column per patch) has the outputs Xᵀw. Hashing
/// looks for codes b ∈ {−1, +1}^S and a scale α ≥ 0 that minimise ‖Xᵀw − α X̃ᵀb‖², X̃ being the
/// inputs of the network whose earlier layers are binary already. All that the solvers need of the
/// inputs are G = X̃X̃ᵀ, q = X̃(Xᵀw) and ‖Xᵀw‖².
///
/// Source: Hu, Wang and Cheng, "From Hashing to CNNs: Training Binary Weight Networks via
/// Hashing", AAAI 2018.
public struct LayerProblem: Sendable {
  /// S, the number of inputs of one filter.
  public let patchLength: Int
  /// N, the number of filters.
  public let filterCount: Int
  /// G = X̃X̃ᵀ: S × S, row-major, symmetric.
  public let gram: [Float]
  /// q = X̃(Xᵀw): N × S, one row per filter.
  public let correlation: [Float]
  /// w: N × S, one row per filter.
  public let weights: [Float]
  /// ‖Xᵀw‖²: N.
  public let energy: [Double]

  /// Checks sizes, finiteness and (at up to a thousand places) the symmetry of `gram`.
  ///
  /// - Parameters:
  ///   - patchLength: S.
  ///   - filterCount: N.
  ///   - gram: G, S × S, row-major.
  ///   - correlation: q, N × S, one row per filter.
  ///   - weights: w, N × S, one row per filter.
  ///   - energy: ‖Xᵀw‖², N.
  /// - Throws: ``HashingError`` naming the buffer and the element that are wrong.
  public init(
    patchLength: Int, filterCount: Int, gram: [Float], correlation: [Float], weights: [Float],
    energy: [Double]
  ) throws(HashingError) {
    guard patchLength > 0, filterCount > 0 else {
      throw .emptyProblem(patchLength: patchLength, filterCount: filterCount)
    }
    try checkSize(gram, .gram, patchLength * patchLength)
    try checkSize(correlation, .correlation, filterCount * patchLength)
    try checkSize(weights, .weights, filterCount * patchLength)
    try checkSize(energy, .energy, filterCount)
    try checkFinite(gram, .gram)
    try checkFinite(correlation, .correlation)
    try checkFinite(weights, .weights)
    try checkFinite(energy, .energy)
    for index in 0..<patchLength where gram[index * patchLength + index] < 0 {
      throw .negativeDiagonal(index: index, value: gram[index * patchLength + index])
    }
    try LayerProblem.checkSymmetry(gram, patchLength)
    self.patchLength = patchLength
    self.filterCount = filterCount
    self.gram = gram
    self.correlation = correlation
    self.weights = weights
    self.energy = energy
  }

  private static func checkSymmetry(_ gram: [Float], _ size: Int) throws(HashingError) {
    // A stride prime to most sizes walks the whole matrix without visiting all of it.
    let step = Swift.max(1, size * size / 1000) | 1
    for index in stride(from: 0, to: size * size, by: step) {
      let row = index / size
      let column = index % size
      let upper = gram[row * size + column]
      let lower = gram[column * size + row]
      let scale = (gram[row * size + row] * gram[column * size + column]).squareRoot()
      // Two float sums over the patches in another order differ by far less than this.
      if abs(upper - lower) > 1e-3 * scale {
        throw .notSymmetric(row: row, column: column, upper: upper, lower: lower)
      }
    }
  }
}

func checkSize<Element>(
  _ values: [Element], _ buffer: HashingError.Buffer, _ expected: Int
) throws(HashingError) {
  guard values.count == expected else {
    throw .wrongSize(buffer: buffer, expected: expected, found: values.count)
  }
}

func checkFinite<Element: BinaryFloatingPoint>(
  _ values: [Element], _ buffer: HashingError.Buffer
) throws(HashingError) {
  // 0 · x is zero for finite x alone: a sum tells without a branch per element.
  let probe = values.withUnsafeBufferPointer { values in
    values.reduce(into: Element.zero) { sum, value in sum += 0 * value }
  }
  guard probe != 0 else { return }
  if let index = values.firstIndex(where: { !$0.isFinite }) {
    throw .notFinite(buffer: buffer, index: index)
  }
}
