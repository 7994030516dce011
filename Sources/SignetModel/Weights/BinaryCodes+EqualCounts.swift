#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Codes of which every filter has as many.
extension BinaryCodes {
  /// Packs signs; zero becomes +1.
  ///
  /// - Parameters:
  ///   - signs: K × N × S
  ///   - scales: α, K × N
  ///   - codeCount: K
  ///   - filterCount: N
  ///   - patchLength: S
  ///   - constants: β, N
  ///   - inputScales: c
  /// - Throws: ``WeightError`` if a count does not fit the extents.
  public init(
    signs: [Int8], scales: [Float], codeCount: Int, filterCount: Int, patchLength: Int,
    constants: [Float]? = nil, inputScales: InputScales? = nil
  ) throws(WeightError) {
    try self.init(
      signs: signs, scales: scales,
      rows: CodeRows(
        codeCount: codeCount, filterCount: filterCount, patchLength: patchLength),
      patchLength: patchLength, constants: constants, inputScales: inputScales)
  }

  /// Wraps packed codes.
  ///
  /// - Parameters:
  ///   - bytes: K × N × ⌈S/8⌉
  ///   - scales: α, K × N
  ///   - codeCount: K
  ///   - filterCount: N
  ///   - patchLength: S
  ///   - constants: β, N
  ///   - inputScales: c
  /// - Throws: ``WeightError`` if a count does not fit the extents or a padding bit is set.
  public init(
    bytes: Data, scales: FloatValues, codeCount: Int, filterCount: Int, patchLength: Int,
    constants: FloatValues? = nil, inputScales: InputScales? = nil
  ) throws(WeightError) {
    try self.init(
      bytes: bytes, scales: scales,
      rows: CodeRows(
        codeCount: codeCount, filterCount: filterCount, patchLength: patchLength),
      patchLength: patchLength, constants: constants, inputScales: inputScales)
  }
}
