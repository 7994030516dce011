extension BinaryCodes {
  /// Sign and mean magnitude, `b = sign(w)` with `sign(0) = +1` and `α = mean|w|`: the best codes
  /// and scales for the weights themselves, whatever the inputs (BWN; Rastegari et al. 2016, eq. 5
  /// and 6). Further codes repeat it on what the weights still miss.
  ///
  /// - Parameters:
  ///   - weight: N × …
  ///   - codeCount: K
  /// - Throws: ``WeightError`` if there are no filters or no codes.
  public init(signsOf weight: Weight, codeCount: Int = 1) throws(WeightError) {
    let filters = weight.shape.first ?? 0
    let length = filters > 0 ? weight.elementCount / filters : 0
    try self.init(
      signsOf: weight.floats, patchLength: length,
      rows: CodeRows(codeCount: codeCount, filterCount: filters, patchLength: length))
  }

  /// The same with a number of codes of each filter's own.
  ///
  /// - Parameters:
  ///   - weight: N × …
  ///   - codeCounts: K_n, N
  /// - Throws: ``WeightError`` if there are no filters, no codes, or not a number for each filter.
  public init(signsOf weight: Weight, codeCounts: [Int]) throws(WeightError) {
    let filters = weight.shape.first ?? 0
    guard codeCounts.count == filters else {
      throw .elementCount(part: "code counts", expected: filters, found: codeCounts.count)
    }
    try self.init(
      signsOf: weight.floats, patchLength: weight.elementCount / max(1, filters),
      rows: CodeRows(codeCounts: codeCounts))
  }

  private init(signsOf weights: [Float], patchLength: Int, rows: CodeRows) throws(WeightError) {
    var rest = weights
    var signs: [Int8] = []
    var scales: [Float] = []
    for filter in rows.filters {
      let elements = filter * patchLength..<(filter + 1) * patchLength
      let sum = rest[elements].reduce(0.0) { $0 + Double(abs($1)) }
      let scale = Float(sum / Double(patchLength))
      scales.append(scale)
      for element in elements {
        let isPositive = rest[element] >= 0
        signs.append(isPositive ? 1 : -1)
        rest[element] -= isPositive ? scale : -scale
      }
    }
    try self.init(signs: signs, scales: scales, rows: rows, patchLength: patchLength)
  }
}
