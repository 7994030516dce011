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
    var rest = weight.floats
    var signs: [Int8] = []
    var scales: [Float] = []
    for _ in 0..<max(0, codeCount) {
      for start in stride(from: 0, to: rest.count, by: max(1, length)) {
        let sum = rest[start..<start + length].reduce(0.0) { $0 + Double(abs($1)) }
        let scale = Float(sum / Double(length))
        scales.append(scale)
        for element in start..<start + length {
          let isPositive = rest[element] >= 0
          signs.append(isPositive ? 1 : -1)
          rest[element] -= isPositive ? scale : -scale
        }
      }
    }
    try self.init(
      signs: signs, scales: scales, codeCount: codeCount, filterCount: filters,
      patchLength: length)
  }
}
