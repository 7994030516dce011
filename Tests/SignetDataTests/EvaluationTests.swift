import SignetData
import SignetModel
import Testing

/// Gives each image the scores that `row` says.
private final class TableClassifier: Classifier {
  let inputShape = Shape.map(3, 4, 5)
  let classCount: Int
  private let row: (Int) -> [Float]
  private var done = 0

  init(classCount: Int = 10, row: @escaping (Int) -> [Float]) {
    self.classCount = classCount
    self.row = row
  }

  func logits(images: [Float], count: Int) throws -> [Float] {
    defer { done += count }
    return (done..<done + count).flatMap(row)
  }
}

@Suite struct EvaluationTests {
  private let dataset = CountingImages(count: 20)

  private func measure(
    _ classifier: TableClassifier, _ progress: ((Int, Int) -> Void)? = nil
  ) throws -> Evaluation {
    try Evaluation.measure(
      classifier, dataset: dataset, preprocessing: .cifar, batchSize: 8, progress: progress)
  }

  @Test func sharesAreInPercent() throws {
    // Class 0 is best, then 1, …: of labels 0…9 twice, one is first and five are in front.
    var seen: [Int] = []
    let evaluation = try measure(TableClassifier { _ in (0..<10).map { Float(-$0) } }) {
      #expect($1 == 20)
      seen.append($0)
    }
    #expect(evaluation.top1 == 10 && evaluation.top5 == 50 && evaluation.images == 20)
    #expect(evaluation.seconds > 0 && evaluation.seconds < 60)
    #expect(seen == [8, 16, 20])
    let perfect = try measure(
      TableClassifier { image in
        (0..<10).map { $0 == image % 10 ? 1 : 0 }
      })
    #expect(perfect.top1 == 100 && perfect.top5 == 100)
  }

  @Test func ofEqualScoresTheLowerClassWins() throws {
    let evaluation = try measure(TableClassifier { _ in Array(repeating: 1, count: 10) })
    #expect(evaluation.top1 == 10 && evaluation.top5 == 50)
  }

  @Test func infiniteScoresAreScores() throws {
    let evaluation = try measure(
      TableClassifier { _ in
        [-.infinity] + Array(repeating: .infinity, count: 9)
      })
    #expect(evaluation.top1 == 10 && evaluation.top5 == 50)
  }

  @Test func aScoreThatIsNoNumberNamesTheImage() {
    #expect(throws: EvaluationError.notANumber(dataset: "counting", image: 13)) {
      try measure(
        TableClassifier { image in
          (0..<10).map { image == 13 && $0 == 9 ? .nan : 0 }
        })
    }
  }

  @Test func networkAndSetMustFit() {
    #expect(throws: EvaluationError.classes(dataset: "counting", largestLabel: 9, classCount: 9)) {
      try measure(TableClassifier(classCount: 9) { _ in Array(repeating: 0, count: 9) })
    }
    #expect(throws: EvaluationError.scoreCount(expected: 80, found: 72)) {
      try measure(TableClassifier { _ in Array(repeating: 0, count: 9) })
    }
  }
}
