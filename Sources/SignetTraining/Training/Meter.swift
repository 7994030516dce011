/// Averages over the steps since the last report, and the speed. A checkpoint keeps the sums of the
/// averages, so that a run that goes on reports what it would have without a stop.
struct Meter {
  private let batchSize: Int
  private let totalSteps: Int
  private var lossSum = 0.0
  private var steps = 0
  private var right = 0
  private var images = 0
  /// Training time, reports and validations left out.
  private var trained: Duration = .zero
  private var trainedImages = 0
  private var resumed: ContinuousClock.Instant?

  init(batchSize: Int, totalSteps: Int) {
    self.batchSize = batchSize
    self.totalSteps = totalSteps
  }

  /// Starts the clock.
  mutating func resume() {
    resumed = .now
  }

  /// The sums as a checkpoint holds them.
  var text: String {
    "\(String(lossSum.bitPattern, radix: 16)) \(steps) \(right) \(images)"
  }

  /// - Returns: whether `text` was such sums
  mutating func restore(text: String) -> Bool {
    let words = text.split(separator: " ")
    let counts = words.dropFirst().compactMap { Int($0) }.filter { $0 >= 0 }
    guard words.count == 4, counts.count == 3, let bits = UInt64(words[0], radix: 16) else {
      return false
    }
    lossSum = Double(bitPattern: bits)
    (steps, right, images) = (counts[0], counts[1], counts[2])
    return true
  }

  mutating func add(_ result: StepResult) {
    lossSum += result.loss
    steps += 1
    if let right = result.right {
      self.right += right
      images += result.images
    }
    trainedImages += result.images
  }

  /// Stops the clock until the next report is out.
  mutating func pause() {
    if let start = resumed { trained += start.duration(to: .now) }
    resumed = nil
  }

  mutating func report(
    step: Int, batchesPerEpoch: Int, learningRate: Double, validation: ValidationScore?,
    best: ValidationScore?
  ) -> TrainingProgress {
    pause()
    let seconds = trained / .seconds(1)
    let speed = seconds > 0 ? Double(trainedImages) / seconds : 0
    let left = Double((totalSteps - step) * batchSize)
    let report = TrainingProgress(
      epoch: Double(step) / Double(max(1, batchesPerEpoch)), step: step, totalSteps: totalSteps,
      loss: steps > 0 ? lossSum / Double(steps) : .nan,
      accuracy: images > 0 ? 100 * Double(right) / Double(images) : .nan,
      learningRate: learningRate, imagesPerSecond: speed,
      secondsLeft: speed > 0 ? left / speed : .infinity,
      validation: validation, best: best)
    (lossSum, steps, right, images) = (0, 0, 0, 0)
    resume()
    return report
  }
}
