import SignetModel

extension CodeRows {
  /// Runs of filters with as many codes, in order.
  var blocks: [Range<Int>] {
    let counts = codeCounts
    var blocks: [Range<Int>] = []
    var start = 0
    for end in 1...counts.count where end == counts.count || counts[end] != counts[start] {
      blocks.append(start..<end)
      start = end
    }
    return blocks
  }

  /// The filters in an order of fewest blocks: by their number of codes. `nil` where their own is one.
  var blockOrder: [Int]? {
    let counts = codeCounts
    guard blocks.count > Set(counts).count else { return nil }
    return counts.indices.sorted { (counts[$0], $0) < (counts[$1], $1) }
  }
}

extension [Int] {
  /// The permutation that undoes this one.
  var inverted: [Int] {
    var inverse = self
    for (index, place) in enumerated() { inverse[place] = index }
    return inverse
  }
}

extension BinaryCodes {
  func withoutConstants() throws(WeightError) -> BinaryCodes {
    try with(scales: scales, constants: nil, inputScales: inputScales)
  }

  /// The same weights with as many codes for each filter: those that it had not have a scale of 0.
  func evened() throws(WeightError) -> BinaryCodes {
    guard !rows.areEqual else { return self }
    let own = rows.ofFilters
    let numbers = scales.array
    let stride = bytesPerFilter
    var packed: [UInt8] = []
    var scales: [Float] = []
    for code in 0..<codeCount {
      for filter in own {
        if code < filter.count {
          packed += bytes.dropFirst(filter[code] * stride).prefix(stride)
          scales.append(numbers[filter[code]])
        } else {
          packed += [UInt8](repeating: 0, count: stride)
          scales.append(0)
        }
      }
    }
    return try BinaryCodes(
      bytes: .init(packed), scales: FloatValues(scales), codeCount: codeCount,
      filterCount: filterCount, patchLength: patchLength, constants: constants,
      inputScales: inputScales)
  }
}
