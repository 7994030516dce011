extension BinaryCodes {
  /// `b = sign(w)`, `α = mean|w|`: the best codes and scales for the weights themselves, whatever
  /// the inputs (BWN; Rastegari et al. 2016, eq. 5 and 6). A zero counts as −1.
  ///
  /// - Parameters:
  ///   - weights: N × S
  ///   - filterCount: N
  /// - Throws: ``WeightError`` if the weights are not N filters of one length.
  public init(signsAndMeansOf weights: [Float], filterCount: Int) throws(WeightError) {
    guard filterCount > 0, !weights.isEmpty, weights.count % filterCount == 0 else {
      throw .extents(codes: 1, filters: filterCount, patchLength: 0)
    }
    let patchLength = weights.count / filterCount
    let scales = (0..<filterCount).map { filter in
      let magnitudes = weights[filter * patchLength..<(filter + 1) * patchLength].map(abs)
      return magnitudes.reduce(0, +) / Float(patchLength)
    }
    try self.init(
      signs: weights.map { $0 > 0 ? 1 : -1 }, scales: scales, codeCount: 1,
      filterCount: filterCount, patchLength: patchLength)
  }
}
