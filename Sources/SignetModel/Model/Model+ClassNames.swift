extension Graph {
  /// Numbers of a detector's row before its scores: a box's place, and whether there is something.
  private static let numbersOfBoxes = [4, 5]

  /// How many class names a network may have: one for each number of an output, for each channel of a
  /// map, or for each class that a detector's rows or columns have scores of, the background counted or
  /// not.
  func classNameCounts() -> Set<Int> {
    var counts: Set<Int> = []
    for output in outputs {
      let shape = shape(of: output)
      counts.insert(shape.elementCount)
      guard shape.extents.count > 1 else { continue }
      for extent in shape.extents {
        counts.formUnion([extent, extent - 1])
        counts.formUnion(Self.numbersOfBoxes.map { extent - $0 })
      }
    }
    return counts
  }
}
