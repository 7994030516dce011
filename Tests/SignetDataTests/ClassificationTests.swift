import SignetData
import Testing

@Suite struct ClassificationTests {
  /// Four images of three classes.
  private let scores = ClassScores(
    indices: [10, 11, 12, 13], classCount: 3,
    values: [
      2, 1, 0,
      0, 0, 0,
      0, 4, 0,
      0, 1, 0,
    ])

  @Test func theFirstOfEqualScoresWins() {
    #expect((0..<4).map(scores.top) == [0, 0, 1, 1])
  }

  @Test func scoresBecomeProbabilitiesUnlessTheyAre() {
    let even = scores.probabilities(1)
    #expect(even.allSatisfy { abs($0 - 1 / 3) < 1e-12 })
    let ready = ClassScores(
      indices: [0], classCount: 2, values: [0.25, 0.75], areProbabilities: true)
    #expect(ready.probabilities(0) == [0.25, 0.75])
    let huge = ClassScores(indices: [0], classCount: 2, values: [1e30, -1e30])
    #expect(huge.probabilities(0) == [1, 0])
  }

  @Test func mistakesAreCountedAndTheSurestComesFirst() {
    let result = Classification(scores, expected: [0, 0, 2, 2])
    #expect(result.images == 4)
    #expect(result.accuracy == 50)
    #expect(result.misses.map(\.index) == [12, 13])
    #expect(result.misses[0].expected == 2 && result.misses[0].found == 1)
    #expect(result.misses[0].probabilityOfFound > result.misses[1].probabilityOfFound)
    #expect(result.confusions.map(\.count) == [2])
    #expect(result.matrix[label: 2, found: 1] == 2)
    #expect(result.matrix[label: 0, found: 0] == 2)
  }

  @Test func commonMistakesComeFirst() {
    let scores = ClassScores(
      indices: Array(0..<4), classCount: 2, values: [1, 0, 1, 0, 0, 1, 1, 0])
    let result = Classification(scores, expected: [1, 1, 0, 0])
    #expect(
      result.confusions.map { [$0.expected, $0.found, $0.count] } == [[1, 0, 2], [0, 1, 1]])
  }
}
