#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A weight tensor at one byte per weight: `w ≈ s·q` with `q ∈ −127…127` and one scale `s` per
/// filter. Zero stays zero, so it needs no zero point.
public struct Int8Filters: Sendable, Hashable {
  /// The largest code; −128 is not used, so that codes can be negated.
  public static let peak: Int8 = 127

  /// N: filters, the outermost extent of the weight tensor.
  public let filterCount: Int
  /// S: elements of one filter.
  public let patchLength: Int
  /// q: N × S, two's complement
  public let bytes: Data
  /// s: N
  public let scales: FloatValues

  /// - Parameters:
  ///   - bytes: q, N × S
  ///   - scales: s, N
  ///   - filterCount: N
  ///   - patchLength: S
  /// - Throws: ``WeightError`` if a count does not fit the extents or a code is −128.
  public init(
    bytes: Data, scales: FloatValues, filterCount: Int, patchLength: Int
  ) throws(WeightError) {
    guard let count = Shape([filterCount, patchLength]).checkedElementCount else {
      throw .extents(codes: 1, filters: filterCount, patchLength: patchLength)
    }
    guard bytes.count == count else {
      throw .elementCount(part: "int8 codes", expected: count, found: bytes.count)
    }
    guard scales.count == filterCount else {
      throw .elementCount(part: "scale", expected: filterCount, found: scales.count)
    }
    if let index = bytes.firstIndex(of: 0x80) {
      throw .code(index: index - bytes.startIndex, found: Int8.min)
    }
    self.filterCount = filterCount
    self.patchLength = patchLength
    self.bytes = bytes
    self.scales = scales
  }

  /// q: N × S
  public var codes: [Int8] { bytes.map(Int8.init(bitPattern:)) }

  /// The weights the codes stand for: N × S.
  public var expanded: [Float] {
    let scales = scales.array
    return bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) in
      [Float](unsafeUninitializedCapacity: raw.count) { weights, initialized in
        for filter in 0..<filterCount {
          for index in filter * patchLength..<(filter + 1) * patchLength {
            let code = Int8(bitPattern: raw[index])
            weights[index] = scales[filter] * Float(code)
          }
        }
        initialized = raw.count
      }
    }
  }
}
