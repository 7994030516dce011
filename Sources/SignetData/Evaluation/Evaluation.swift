import SignetModel

/// How well a network names the images of a set.
public struct Evaluation: Sendable, Hashable {
  /// Share of images whose label has the highest score, in percent.
  public let top1: Double
  /// Share of images whose label is among the five highest scores, in percent.
  public let top5: Double
  /// Images measured.
  public let images: Int
  /// Images that could not be read and were left out.
  public let skipped: Int
  /// Wall-clock time, loading included.
  public let seconds: Double

  /// A measurement.
  public init(top1: Double, top5: Double, images: Int, skipped: Int = 0, seconds: Double) {
    self.top1 = top1
    self.top5 = top5
    self.images = images
    self.skipped = skipped
    self.seconds = seconds
  }

  /// Runs all images through the network. Of equal scores the lower class wins.
  /// - Parameters:
  ///   - inputs: those of the network; `nil`: the only one has the classifier's shape
  ///   - skipping: called for each image that cannot be read and is left out; with `nil` the
  ///     first one is thrown. So it is where no image can be read.
  ///   - judged: called for each image, in order, with whether its label has the highest score
  ///   - progress: called after each batch with the images done and their total
  /// - Throws: ``DataError``, ``EvaluationError`` or what the network or `progress` throws.
  public static func measure(
    _ classifier: some Classifier, dataset: any ImageDataset, inputs: [NetworkInput]? = nil,
    preprocessing: Preprocessing, batchSize: Int = 128, skipping: ((DataError) -> Void)? = nil,
    judged: ((Bool) -> Void)? = nil, progress: ((Int, Int) throws -> Void)? = nil
  ) throws -> Evaluation {
    let clock = ContinuousClock()
    let start = clock.now
    let classes = classifier.classCount
    guard dataset.isLabelled else { throw DataError.unlabelled(dataset: dataset.name) }
    if let largest = dataset.labels.max(), largest >= classes {
      throw EvaluationError.classes(
        dataset: dataset.name, largestLabel: largest, classCount: classes)
    }
    var skipped: [DataError] = []
    let note = skipping.map { skipping in
      { (error: DataError) in
        skipped.append(error)
        skipping(error)
      }
    }
    let batches = BatchLoader(
      dataset: dataset,
      inputs: inputs ?? [NetworkInput(name: Graph.inputName, shape: classifier.inputShape)],
      preprocessing: preprocessing, batchSize: batchSize
    ).batches(epoch: 0, skipping: note)
    var (first, firstFive, done) = (0, 0, 0)
    while let batch = try batches.next() {
      let scores = try classifier.logits(inputs: batch.inputs, count: batch.count)
      guard scores.count == batch.count * classes else {
        throw EvaluationError.scoreCount(expected: batch.count * classes, found: scores.count)
      }
      for image in 0..<batch.count {
        let row = scores[image * classes..<(image + 1) * classes]
        guard let rank = rank(of: Int(batch.labels[image]), in: row) else {
          throw EvaluationError.notANumber(dataset: dataset.name, image: batch.indices[image])
        }
        first += rank == 0 ? 1 : 0
        judged?(rank == 0)
        firstFive += rank < 5 ? 1 : 0
      }
      done += batch.count
      try progress?(done + skipped.count, dataset.count)
    }
    if done == 0, let error = skipped.first { throw error }
    let percent = 100 / Double(max(1, done))
    return Evaluation(
      top1: Double(first) * percent, top5: Double(firstFive) * percent, images: done,
      skipped: skipped.count, seconds: (clock.now - start) / .seconds(1))
  }

  /// How many classes come before `label`; `nil` if a score is not a number.
  static func rank(of label: Int, in scores: ArraySlice<Float>) -> Int? {
    let own = scores[scores.startIndex + label]
    var rank = 0
    for (other, score) in scores.enumerated() {
      if score.isNaN { return nil }
      if score > own || (score == own && other < label) { rank += 1 }
    }
    return rank
  }
}
