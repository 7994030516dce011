import SignetModel

/// The validations of a run that count, and the network of the best.
struct BestValidation: Equatable {
  /// The one before the first step.
  let start: TrainingResult.Point
  private(set) var best: TrainingResult.Point
  private(set) var latest: TrainingResult.Point
  /// Of ``best``.
  private(set) var model: Model
  /// ``start``'s.
  let startHits: [UInt8]

  init(_ outcome: Validation.Outcome, step: Int, model: Model) {
    let point = TrainingResult.Point(step: step, score: outcome.score)
    (start, best, latest) = (point, point, point)
    startHits = outcome.hits
    self.model = model
  }

  /// A network takes the start's place if it is clearly better, so that a short run does not trade
  /// what there is for luck with some images, and another's place if it is better at all.
  ///
  /// - Parameter model: made only where it is kept
  mutating func add(
    _ outcome: Validation.Outcome, step: Int, model: () throws -> Model
  ) rethrows {
    latest = TrainingResult.Point(step: step, score: outcome.score)
    let first = Validation.Outcome(score: start.score, hits: startHits)
    let isBetter =
      best == start
      ? outcome.isClearlyBetter(than: first) : outcome.score.value > best.score.value
    guard isBetter else { return }
    self.model = try model()
    best = latest
  }

  /// Steps between the best and the latest validation.
  var age: Int { latest.step - best.step }

  /// The numbers as a checkpoint holds them.
  var text: String {
    let points = [start, best, latest].map { "\($0.step) \($0.score.value)" }
    return ([start.score.measure.rawValue] + points).joined(separator: " ")
  }

  init?(text: String, startHits: [UInt8], model: Model) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 7, let measure = ValidationScore.Measure(rawValue: words[0]) else {
      return nil
    }
    let points = [1, 3, 5].compactMap { place -> TrainingResult.Point? in
      guard let step = Int(words[place]), let value = Double(words[place + 1]) else { return nil }
      return TrainingResult.Point(
        step: step, score: ValidationScore(measure: measure, value: value))
    }
    guard points.count == 3 else { return nil }
    (start, best, latest) = (points[0], points[1], points[2])
    self.startHits = startHits
    self.model = model
  }
}
