/// How the classes that a network finds compare with those it should.
package struct Classification: Sendable, Hashable {
  /// An image whose class is not the right one.
  package struct Miss: Sendable, Hashable {
    /// The image's place in its set.
    package let index: Int
    package let expected: Int
    package let found: Int
    /// 0…1
    package let probabilityOfExpected: Double
    /// 0…1
    package let probabilityOfFound: Double

    package init(
      index: Int, expected: Int, found: Int, probabilityOfExpected: Double,
      probabilityOfFound: Double
    ) {
      self.index = index
      self.expected = expected
      self.found = found
      self.probabilityOfExpected = probabilityOfExpected
      self.probabilityOfFound = probabilityOfFound
    }
  }

  /// Two classes of which one was taken for the other.
  package struct Confusion: Sendable, Hashable {
    package let expected: Int
    package let found: Int
    package let count: Int
  }

  /// expected × found
  package let matrix: ConfusionMatrix
  /// Those that are surest of what is wrong first.
  package let misses: [Miss]

  /// - Parameters:
  ///   - expected: the right class of each image of `scores`, in their order
  package init(_ scores: ClassScores, expected: [Int]) {
    let classes = max(scores.classCount, (expected.max() ?? 0) + 1)
    var matrix = ConfusionMatrix(classCount: classes)
    var misses: [Miss] = []
    for (place, expected) in expected.enumerated() where place < scores.indices.count {
      let found = scores.top(place)
      matrix.add(label: expected, found: found)
      guard found != expected else { continue }
      let probabilities = scores.probabilities(place)
      misses.append(
        Miss(
          index: scores.indices[place], expected: expected, found: found,
          probabilityOfExpected: expected < probabilities.count ? probabilities[expected] : 0,
          probabilityOfFound: probabilities[found]))
    }
    self.matrix = matrix
    self.misses = misses.sorted {
      ($0.probabilityOfFound, $1.index) > ($1.probabilityOfFound, $0.index)
    }
  }

  package var images: Int { matrix.total }

  /// Share of images whose class is right, in percent.
  package var accuracy: Double { 100 * Double(matrix.correct) / Double(max(1, images)) }

  /// The pairs that occur, most frequent first.
  package var confusions: [Confusion] {
    var counts: [[Int]: Int] = [:]
    for miss in misses { counts[[miss.expected, miss.found], default: 0] += 1 }
    return counts.map { Confusion(expected: $0.key[0], found: $0.key[1], count: $0.value) }
      .sorted { ($0.count, $1.expected, $1.found) > ($1.count, $0.expected, $0.found) }
  }
}
