import SignetData
import SignetModel
import Testing

/// Answers with the same rows of outputs whatever it sees.
private final class Answers: Classifier {
  let inputShape = Shape.map(3, 4, 5)
  let classCount: Int
  private let rows: [[Float]]
  private var done = 0

  init(_ rows: [[Float]]) {
    self.rows = rows
    classCount = rows[0].count
  }

  func logits(images: [Float], count: Int) throws -> [Float] {
    defer { done += count }
    return rows[done..<done + count].flatMap { $0 }
  }
}

@Suite struct FidelityTests {
  private func measure(_ found: [[Float]], _ expected: [[Float]]) throws -> Fidelity {
    let reference = Answers(expected)
    return try Fidelity.measure(
      Answers(found), against: { try reference.logits(images: $0, count: $1) },
      dataset: CountingImages(count: found.count), preprocessing: .cifar, batchSize: 3)
  }

  @Test func agreementAndErrorAreWhatTheySay() throws {
    let expected: [[Float]] = [[3, 1], [1, 3], [0, 2], [4, 2]]
    #expect(
      try measure(expected, expected) == Fidelity(agreement: 100, relativeError: 0, images: 4))
    let found: [[Float]] = [[3, 1], [3, 1], [0, 2], [4, 5]]
    let fidelity = try measure(found, expected)
    #expect(fidelity.agreement == 50)
    // Errors 2² + 2² + 3²; the outputs' means are 2 and 2, squared deviations 1 + 1 + 4 + 4 and 1 + 1.
    #expect(abs(fidelity.relativeError - 17.0 / 12) < 1e-12)
  }

  @Test func judgesImagesInOrder() throws {
    var hits: [Bool] = []
    let reference = Answers([[0, 1], [0, 1], [1, 0], [1, 1]])
    _ = try Fidelity.measure(
      Answers([[0, 2], [2, 0], [5, 4], [0, 0]]),
      against: { try reference.logits(images: $0, count: $1) },
      dataset: CountingImages(count: 4), preprocessing: .cifar, judged: { hits.append($0) })
    #expect(hits == [true, false, true, true])
  }

  @Test func outputsThatAreNoNumbersNameTheImage() {
    #expect(throws: EvaluationError.notANumber(dataset: "counting", image: 1)) {
      try measure([[0, 1], [.infinity, 0]], [[0, 1], [0, 1]])
    }
  }
}
