/// A thing that a detector found, and where.
package struct DetectedBox: Hashable, Sendable {
  /// The class's place among the scores, a background's counted.
  package var index: Int
  /// 0…1
  package var score: Float
  /// Sides as shares of the input's width and height: 0…1.
  package var left: Float
  package var top: Float
  package var right: Float
  package var bottom: Float

  /// Width times height.
  var area: Float { (right - left) * (bottom - top) }

  /// The area that two boxes share over that which they cover together.
  func overlap(with other: DetectedBox) -> Float {
    let width = min(right, other.right) - max(left, other.left)
    let height = min(bottom, other.bottom) - max(top, other.top)
    guard width > 0, height > 0 else { return 0 }
    let shared = width * height
    return shared / (area + other.area - shared)
  }
}

extension [DetectedBox] {
  /// More boxes are not compared with one another, and not given.
  private static let compared = 3000
  private static let given = 100

  /// The boxes of the highest scores, without those that overlap one of their class with a higher one
  /// by more than `limit` (non-maximum suppression).
  package func suppressed(above limit: Float = 0.45) -> [DetectedBox] {
    // Of equal scores the first.
    let ranked = enumerated().sorted {
      ($1.element.score, $0.offset) < ($0.element.score, $1.offset)
    }
    var kept: [DetectedBox] = []
    for (_, box) in ranked.prefix(Self.compared) {
      let isCovered = kept.contains { $0.index == box.index && $0.overlap(with: box) > limit }
      if !isCovered { kept.append(box) }
      if kept.count == Self.given { break }
    }
    return kept
  }
}
