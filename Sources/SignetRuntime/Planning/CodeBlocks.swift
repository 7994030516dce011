import SignetModel

/// Filters that are run together, with as many codes each: what one of them lacks is filled up with
/// codes of scale 0.
struct CodeBlocks: Hashable {
  /// The filters in the order of the blocks; `nil` where that is their own.
  var order: [Int]?
  /// Neighbours in that order.
  var blocks: [Range<Int>]

  /// How many filters kernels take at a time, as a rule.
  private static let tile = 32

  /// The way that takes the kernels least time, by how often they go over a tile's codes. What is laid
  /// out of the inputs, and moving a result's channels to their places, count as once each.
  ///
  /// - Parameters:
  ///   - rows: of one group
  ///   - hasResidual: whether something is added, which then has to be moved too
  init(_ rows: CodeRows, hasResidual: Bool) {
    let counts = rows.codeCounts
    let whole = CodeBlocks(order: nil, blocks: [counts.indices])
    guard !rows.areEqual else {
      self = whole
      return
    }
    let (limits, passes) = Self.cheapestLimits(counts)
    let classes = counts.map { count in limits.firstIndex { count <= $0 } ?? 0 }
    let runs = Self.runs(classes)
    let isInOrder = runs.count == limits.count
    let moved = isInOrder ? 0 : hasResidual ? 2 : 1
    guard passes + moved < Self.passes(counts.count, codes: rows.largestCount) else {
      self = whole
      return
    }
    guard !isInOrder else {
      self.init(order: nil, blocks: runs)
      return
    }
    let order = counts.indices.sorted { (classes[$0], $0) < (classes[$1], $1) }
    self.init(order: order, blocks: Self.runs(order.map { classes[$0] }))
  }

  private init(order: [Int]?, blocks: [Range<Int>]) {
    self.order = order
    self.blocks = blocks
  }

  private static func passes(_ filters: Int, codes: Int) -> Int {
    (filters + tile - 1) / tile * codes + 1
  }

  /// The largest counts of blocks, ascending, that together take the fewest passes, and those.
  private static func cheapestLimits(_ counts: [Int]) -> (limits: [Int], passes: Int) {
    let distinct = Set(counts).sorted()
    let sizes = distinct.map { limit in counts.count { $0 <= limit } }
    var best: [(limits: [Int], passes: Int)] = []
    for end in distinct.indices {
      var found = (limits: [distinct[end]], passes: passes(sizes[end], codes: distinct[end]))
      for start in 0..<end {
        let own = passes(sizes[end] - sizes[start], codes: distinct[end])
        if best[start].passes + own < found.passes {
          found = (best[start].limits + [distinct[end]], best[start].passes + own)
        }
      }
      best.append(found)
    }
    return best[best.count - 1]
  }

  /// Runs of equal numbers.
  private static func runs(_ numbers: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for end in 1...numbers.count where end == numbers.count || numbers[end] != numbers[start] {
      runs.append(start..<end)
      start = end
    }
    return runs
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
