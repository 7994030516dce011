import SignetModel

/// What was found for one group's filters, a layer's share.
struct LayerShare {
  /// K of each filter: N/groups
  var codeCounts: [Int]
  /// ΣK × S
  var signs: [Int8]
  /// α: ΣK
  var scales: [Float]
  /// β: N/groups
  var constants: [Float]?
  /// c: the group's channels
  var inputScales: [Float]?
  var offset: [Float]
  var flips = 0
  /// Codes that are not those of sign(w).
  var changed = 0
  var before: Double
  var after: Double
  var energy: Double
  /// What each filter's outputs miss, squared: N/groups; empty where nothing was solved.
  var objective: [Double] = []

  /// The whole layer's codes.
  ///
  /// - Parameters:
  ///   - rows: of the layer
  ///   - channels: I, input channels of a group that have scales
  static func joined(
    _ shares: [LayerShare], rows: CodeRows, patchLength: Int, channels: Int?
  ) throws -> BinaryCodes {
    let owned = try shares.map { try CodeRows(codeCounts: $0.codeCounts).ofFilters }
    let perShare = rows.filterCount / max(1, shares.count)
    var taken = [Int](repeating: 0, count: rows.filterCount)
    var (signs, scales) = ([Int8](), [Float]())
    signs.reserveCapacity(rows.count * patchLength)
    for filter in rows.filters {
      let share = filter / perShare
      let row = owned[share][filter % perShare][taken[filter]]
      taken[filter] += 1
      signs += shares[share].signs[row * patchLength..<(row + 1) * patchLength]
      scales.append(shares[share].scales[row])
    }
    let constants = shares.compactMap(\.constants).flatMap(\.self)
    let inputScales = shares.compactMap(\.inputScales).flatMap(\.self)
    return try BinaryCodes(
      signs: signs, scales: scales, rows: rows, patchLength: patchLength,
      constants: constants.isEmpty ? nil : constants,
      inputScales: try channels.map { try InputScales(inputScales, channelCount: $0) })
  }
}
