#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A binary weight tensor: `W ≈ Σ_k B_k·diag(α_k)` with `B_k ∈ {−1,+1}` (BWNH, eq. 2; several
/// codes are its natural longer hash).
///
/// The layout is the model file's and does not depend on a processor: per code and filter, the
/// patch's elements in order, bit `j` of byte `k` is element `8k + j`, 1 means +1. Bits past the
/// patch's end are 0.
public struct BinaryCodes: Sendable, Hashable {
  /// K: codes per filter, at least 1.
  public let codeCount: Int
  /// N: filters, the outermost extent of the weight tensor.
  public let filterCount: Int
  /// S: elements of one filter.
  public let patchLength: Int
  /// codes: K × N × ⌈S/8⌉
  public let bytes: Data
  /// α: K × N
  public let scales: FloatValues

  /// ⌈S/8⌉: bytes of one code of one filter.
  public var bytesPerFilter: Int { Self.bytesPerFilter(patchLength: patchLength) }

  /// ⌈S/8⌉: bytes of one code of a filter of `patchLength` S.
  public static func bytesPerFilter(patchLength: Int) -> Int {
    patchLength / 8 + (patchLength % 8 == 0 ? 0 : 1)
  }

  /// Packs signs; zero becomes +1.
  ///
  /// - Parameters:
  ///   - signs: K × N × S
  ///   - scales: α, K × N
  ///   - codeCount: K
  ///   - filterCount: N
  ///   - patchLength: S
  /// - Throws: ``WeightError`` if a count does not fit the extents.
  public init(
    signs: [Int8], scales: [Float], codeCount: Int, filterCount: Int, patchLength: Int
  ) throws(WeightError) {
    guard Shape([codeCount, filterCount, patchLength]).checkedElementCount != nil else {
      throw .extents(codes: codeCount, filters: filterCount, patchLength: patchLength)
    }
    let filters = codeCount * filterCount
    guard signs.count == filters * patchLength else {
      throw .elementCount(
        part: "codes", expected: filters * patchLength, found: signs.count)
    }
    let stride = Self.bytesPerFilter(patchLength: patchLength)
    var packed = Data(count: filters * stride)
    for filter in 0..<filters {
      for element in 0..<patchLength where signs[filter * patchLength + element] >= 0 {
        packed[filter * stride + element / 8] |= 1 << (element % 8)
      }
    }
    try self.init(
      bytes: packed, scales: FloatValues(scales), codeCount: codeCount, filterCount: filterCount,
      patchLength: patchLength)
  }

  /// Wraps packed codes.
  ///
  /// - Parameters:
  ///   - bytes: K × N × ⌈S/8⌉
  ///   - scales: α, K × N
  ///   - codeCount: K
  ///   - filterCount: N
  ///   - patchLength: S
  /// - Throws: ``WeightError`` if a count does not fit the extents or a padding bit is set.
  public init(
    bytes: Data, scales: FloatValues, codeCount: Int, filterCount: Int, patchLength: Int
  ) throws(WeightError) {
    guard Shape([codeCount, filterCount, patchLength]).checkedElementCount != nil else {
      throw .extents(codes: codeCount, filters: filterCount, patchLength: patchLength)
    }
    let filters = codeCount * filterCount
    let stride = Self.bytesPerFilter(patchLength: patchLength)
    guard bytes.count == filters * stride else {
      throw .elementCount(part: "codes", expected: filters * stride, found: bytes.count)
    }
    guard scales.count == filters else {
      throw .elementCount(part: "scale", expected: filters, found: scales.count)
    }
    self.codeCount = codeCount
    self.filterCount = filterCount
    self.patchLength = patchLength
    self.bytes = bytes
    self.scales = scales
    guard patchLength % 8 != 0 else { return }
    let used = UInt8((1 << (patchLength % 8)) - 1)
    let culprit = bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) -> Int? in
      for filter in 0..<filters {
        let last: UInt8 = raw[(filter + 1) * stride - 1]
        if last > used { return filter }
      }
      return nil
    }
    if let culprit { throw .paddingBits(filter: culprit % filterCount) }
  }

  /// The signs: K × N × S, each −1 or +1.
  public var signs: [Int8] {
    let stride = bytesPerFilter
    return bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) -> [Int8] in
      var signs: [Int8] = []
      signs.reserveCapacity(codeCount * filterCount * patchLength)
      for filter in 0..<(codeCount * filterCount) {
        for element in 0..<patchLength {
          let byte: UInt8 = raw[filter * stride + element / 8]
          signs.append((byte >> UInt8(element % 8)) & 1 == 1 ? 1 : -1)
        }
      }
      return signs
    }
  }

  /// The weights the codes stand for, `Σ_k α_k b_k`: N × S.
  public var expanded: [Float] {
    let signs = signs
    let scales = scales.array
    var weights = [Float](repeating: 0, count: filterCount * patchLength)
    for code in 0..<codeCount {
      for filter in 0..<filterCount {
        let scale = scales[code * filterCount + filter]
        let row = (code * filterCount + filter) * patchLength
        for element in 0..<patchLength {
          weights[filter * patchLength + element] += scale * Float(signs[row + element])
        }
      }
    }
    return weights
  }
}
