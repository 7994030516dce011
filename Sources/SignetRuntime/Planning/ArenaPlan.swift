/// A buffer that must hold its content from one step of a program to another.
struct BufferLifetime: Hashable, Sendable {
  /// Floats, for the largest batch.
  var size: Int
  /// First and last step that touches the buffer.
  var steps: ClosedRange<Int>
}

/// Where each buffer lies in one arena, so that buffers alive at the same time never overlap.
///
/// Buffers are placed largest first, each into the smallest gap that holds it among those it
/// meets in time.
struct ArenaPlan: Hashable, Sendable {
  /// Floats from the arena's start, by buffer.
  let offsets: [Int]
  /// Floats of the whole arena.
  let size: Int

  /// Offsets are multiples of this many floats: one cache line.
  static let alignment = 16

  init(_ buffers: [BufferLifetime]) {
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [Int] = []
    var size = 0
    let largestFirst = buffers.indices.sorted {
      (buffers[$1].size, $0) < (buffers[$0].size, $1)
    }
    for index in largestFirst {
      let needed = Self.aligned(buffers[index].size)
      let neighbours =
        placed
        .filter { buffers[$0].steps.overlaps(buffers[index].steps) }
        .map { offsets[$0]..<(offsets[$0] + Self.aligned(buffers[$0].size)) }
        .sorted { $0.lowerBound < $1.lowerBound }
      offsets[index] = Self.bestGap(for: needed, among: neighbours)
      size = max(size, offsets[index] + needed)
      placed.append(index)
    }
    self.offsets = offsets
    self.size = size
  }

  /// The start of the smallest gap between sorted ranges that holds `needed`, or their end.
  private static func bestGap(for needed: Int, among ranges: [Range<Int>]) -> Int {
    var best: (offset: Int, waste: Int)?
    var end = 0
    for range in ranges {
      let gap = range.lowerBound - end
      if gap >= needed, gap - needed < best?.waste ?? .max {
        best = (end, gap - needed)
      }
      end = max(end, range.upperBound)
    }
    return best?.offset ?? end
  }

  private static func aligned(_ size: Int) -> Int {
    (size + alignment - 1) / alignment * alignment
  }
}
