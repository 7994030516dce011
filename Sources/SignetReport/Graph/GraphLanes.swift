/// Where the lines of a drawn graph run: rows stand under one another, and each value runs down a
/// lane of its own from the row that makes it to the last that reads it.
struct GraphLanes: Sendable {
  struct Row: Hashable, Sendable {
    /// The lane of the row's own mark.
    var lane: Int
    /// Lanes of values that it reads.
    var incoming: [Int]
    /// Lanes of values that pass it by, or that it reads and later rows read too.
    var passing: [Int]
    /// Whether somebody reads its own value.
    var goesOn: Bool
  }

  private(set) var rows: [Row] = []
  /// Lanes side by side, at most.
  private(set) var width = 1

  /// - Parameter inputs: by row, the earlier rows that it reads
  init(inputs: [[Int]]) {
    var left = [Int](repeating: 0, count: inputs.count)
    for read in inputs.joined() { left[read] += 1 }
    // What runs down each lane: the row that made it.
    var lanes: [Int?] = []
    for (index, read) in inputs.enumerated() {
      let incoming = read.compactMap { row in lanes.firstIndex(of: row) }
      for row in read { left[row] -= 1 }
      for lane in incoming {
        if let row = lanes[lane], left[row] == 0 { lanes[lane] = nil }
      }
      let passing = lanes.indices.filter { lanes[$0] != nil }
      let own =
        incoming.filter { lanes[$0] == nil }.min() ?? lanes.firstIndex(of: nil) ?? lanes.count
      if own == lanes.count { lanes.append(nil) }
      let goesOn = left[index] > 0
      lanes[own] = goesOn ? index : nil
      rows.append(Row(lane: own, incoming: incoming, passing: passing, goesOn: goesOn))
      width = max(width, own + 1)
      while let last = lanes.last, last == nil { lanes.removeLast() }
    }
  }
}
