#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A binary weight tensor: filter n stands for `c ∘ (Σ_{k<K_n} α_nk b_nk + β_n)` with
/// `b_nk ∈ {−1,+1}`. Signs and scales alone are BWNH's `B·diag(α)` (eq. 2), of which several codes
/// are the natural longer hash.
///
/// The layout is the model file's and does not depend on a processor: per code the rows of those
/// filters that have it, in the filters' order; in a row the patch's elements in order, bit `j` of
/// byte `k` is element `8k + j`, 1 means +1. Bits past the patch's end are 0.
public struct BinaryCodes: Sendable, Hashable {
  /// Which row is which code of which filter.
  public let rows: CodeRows
  /// S: elements of one filter.
  public let patchLength: Int
  /// codes: ΣK_n × ⌈S/8⌉; K × N × ⌈S/8⌉ where all filters have K
  public let bytes: Data
  /// α: ΣK_n; K × N where all filters have K
  public let scales: FloatValues
  /// β: N; `nil`: 0
  public let constants: FloatValues?
  /// c; `nil`: 1
  public let inputScales: InputScales?

  /// N: filters, the outermost extent of the weight tensor.
  public var filterCount: Int { rows.filterCount }
  /// K, or the largest where filters have different numbers of codes.
  public var codeCount: Int { rows.largestCount }
  /// K_n: N
  public var codeCounts: [Int] { rows.codeCounts }

  /// ⌈S/8⌉: bytes of one code of one filter.
  public var bytesPerFilter: Int { Self.bytesPerFilter(patchLength: patchLength) }

  /// ⌈S/8⌉: bytes of one code of a filter of `patchLength` S.
  public static func bytesPerFilter(patchLength: Int) -> Int {
    patchLength / 8 + (patchLength % 8 == 0 ? 0 : 1)
  }

  /// Wraps packed codes.
  ///
  /// - Parameters:
  ///   - bytes: ΣK_n × ⌈S/8⌉
  ///   - scales: α, ΣK_n
  ///   - rows: K_n of each filter
  ///   - patchLength: S
  ///   - constants: β, N
  ///   - inputScales: c
  /// - Throws: ``WeightError`` if a count does not fit the extents or a padding bit is set.
  public init(
    bytes: Data, scales: FloatValues, rows: CodeRows, patchLength: Int,
    constants: FloatValues? = nil, inputScales: InputScales? = nil
  ) throws(WeightError) {
    guard Shape([rows.count, patchLength]).checkedElementCount != nil else {
      throw .extents(
        codes: rows.largestCount, filters: rows.filterCount, patchLength: patchLength)
    }
    let stride = Self.bytesPerFilter(patchLength: patchLength)
    for (part, expected, found) in [
      ("codes", rows.count * stride, bytes.count), ("scale", rows.count, scales.count),
      ("constant", rows.filterCount, constants?.count ?? rows.filterCount),
    ] where expected != found {
      throw .elementCount(part: part, expected: expected, found: found)
    }
    try inputScales?.check(filterCount: rows.filterCount, patchLength: patchLength)
    self.rows = rows
    self.patchLength = patchLength
    self.bytes = bytes
    self.scales = scales
    self.constants = constants
    self.inputScales = inputScales
    if let row = rowWithPaddingBits { throw .paddingBits(filter: rows.filters[row]) }
  }

  /// Packs signs; zero becomes +1.
  ///
  /// - Parameters:
  ///   - signs: ΣK_n × S
  ///   - scales: α, ΣK_n
  ///   - rows: K_n of each filter
  ///   - patchLength: S
  ///   - constants: β, N
  ///   - inputScales: c
  /// - Throws: ``WeightError`` if a count does not fit the extents.
  public init(
    signs: [Int8], scales: [Float], rows: CodeRows, patchLength: Int, constants: [Float]? = nil,
    inputScales: InputScales? = nil
  ) throws(WeightError) {
    guard let count = Shape([rows.count, patchLength]).checkedElementCount else {
      throw .extents(
        codes: rows.largestCount, filters: rows.filterCount, patchLength: patchLength)
    }
    guard signs.count == count else {
      throw .elementCount(part: "codes", expected: count, found: signs.count)
    }
    let stride = Self.bytesPerFilter(patchLength: patchLength)
    var packed = Data(count: rows.count * stride)
    for row in 0..<rows.count {
      for element in 0..<patchLength where signs[row * patchLength + element] >= 0 {
        packed[row * stride + element / 8] |= 1 << (element % 8)
      }
    }
    try self.init(
      bytes: packed, scales: FloatValues(scales), rows: rows, patchLength: patchLength,
      constants: constants.map(FloatValues.init), inputScales: inputScales)
  }

  private var rowWithPaddingBits: Int? {
    guard patchLength % 8 != 0 else { return nil }
    let used = UInt8((1 << (patchLength % 8)) - 1)
    let stride = bytesPerFilter
    return bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) -> Int? in
      (0..<rows.count).first { (row: Int) -> Bool in raw[(row + 1) * stride - 1] > used }
    }
  }
}
