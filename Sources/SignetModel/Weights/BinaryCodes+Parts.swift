#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension BinaryCodes {
  /// Whether signs and scales are all there is, and the same number of both for each filter.
  public var arePlain: Bool { rows.areEqual && constants == nil && inputScales == nil }

  /// The same codes with other numbers.
  ///
  /// - Parameters:
  ///   - scales: α, ΣK_n
  ///   - constants: β, N
  ///   - inputScales: c
  package func with(
    scales: FloatValues, constants: FloatValues?, inputScales: InputScales?
  ) throws(WeightError) -> BinaryCodes {
    try BinaryCodes(
      bytes: bytes, scales: scales, rows: rows, patchLength: patchLength, constants: constants,
      inputScales: inputScales)
  }

  /// Some of the filters, in the order given and without input scales: those need all groups.
  package func selecting(filters: [Int]) throws(WeightError) -> BinaryCodes {
    let own = rows.ofFilters
    let counts = filters.map { own[$0].count }
    let chosen = try CodeRows(codeCounts: counts)
    let stride = bytesPerFilter
    let numbers = (scales: scales.array, constants: constants?.array)
    var packed = Data(capacity: chosen.count * stride)
    var scales: [Float] = []
    for code in 0..<chosen.largestCount {
      for filter in filters where own[filter].count > code {
        let row = own[filter][code]
        packed.append(bytes.dropFirst(row * stride).prefix(stride))
        scales.append(numbers.scales[row])
      }
    }
    return try BinaryCodes(
      bytes: packed, scales: FloatValues(scales), rows: chosen, patchLength: patchLength,
      constants: numbers.constants.map { all in FloatValues(filters.map { all[$0] }) })
  }
}
