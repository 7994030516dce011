import Foundation
import SignetData
import SignetModel
import SignetReport
import SignetTraining

/// One run of the trainer with its progress shown and its result written.
struct Training {
  /// What to call it: `train` or `finetune`.
  let verb: String
  let options: TrainingOptions
  /// How long it may take; `nil` leaves it to the options.
  var minutes: Double?
  var keptLayers = KeptLayerStorage.float32
  let checkpoint: URL
  /// A folder for metrics.
  var log: String?
  /// The processes that share the work; the first shows and writes all.
  var ranks = Ranks.alone

  /// - Returns: in the first process
  func run(
    _ model: Model, teacher: Model?, data: TrainingData, output: OutputFile
  ) throws -> TrainingReport? {
    let clock = ContinuousClock()
    let start = clock.now
    let display = ProgressDisplay()
    var validating = SlowProgress(display: display, label: "\(verb): held-out images")
    let options = try timed(model, teacher: teacher, data: data)
    var last: TrainingProgress?
    var metrics = try (ranks.isFirst ? log : nil).map {
      try MetricsLog(folder: URL(fileURLWithPath: $0))
    }
    defer { display.finish() }
    let result = try Trainer(options: options).run(
      model, teacher: teacher, dataset: data.training, validation: data.validation,
      checkpoint: checkpoint, ranks: ranks, cancellation: Interruption.cancellation,
      progress: { progress in
        guard ranks.isFirst else { return }
        append(progress.metrics, to: &metrics, display)
        last = progress
        display.show(progress.line(label: verb))
        if let score = progress.validation {
          display.note(progress.milestone(label: verb, score: score))
        }
      },
      validating: { if ranks.isFirst { validating.show(done: $0, total: $1) } })
    display.finish()
    guard ranks.isFirst else { return nil }
    let trained = try result.model.storingKeptLayers(as: keptLayers).recordingCommand(
      steps: minutes == nil ? nil : stepCount(of: options))
    try trained.write(to: output.url)
    let top1 = try data.test.map { test in
      try Evaluation.measure(
        Executor(model: trained), of: trained, on: test, batchSize: 256,
        label: "\(verb): test images"
      ).top1
    }
    return TrainingReport(
      output: output.path, steps: result.steps, loss: last?.loss ?? .nan,
      validation: data.validation.flatMap { images in
        TrainingReport.Validation(result, images: images.count)
      },
      top1: top1, seconds: (clock.now - start) / .seconds(1),
      fileBytes: try trained.fileByteCount)
  }

  private func stepCount(of options: TrainingOptions) -> Int? {
    if case .steps(let count) = options.duration { count } else { nil }
  }

  /// The options with as many steps as fit the time.
  private func timed(
    _ model: Model, teacher: Model?, data: TrainingData
  ) throws -> TrainingOptions {
    guard let minutes else { return options }
    let clock = ContinuousClock()
    let start = clock.now
    var timed = options
    let steps = try Trainer(options: options).steps(
      within: 60 * minutes, model, teacher: teacher, dataset: data.training,
      validation: data.validation, checkpoint: checkpoint, ranks: ranks,
      cancellation: Interruption.cancellation)
    timed.duration = .steps(steps)
    guard ranks.isFirst else { return timed }
    let trial = Quantity.seconds((clock.now - start) / .seconds(1))
    Console.note(
      "\(verb)  \(Quantity.count(steps)) steps fit \(Quantity.seconds(60 * minutes)) "
        + "(seen in \(trial))")
    return timed
  }

  /// Work does not end because its log cannot be written: a warning, and no more metrics.
  private func append(
    _ line: TrainingMetrics, to metrics: inout MetricsLog?, _ display: ProgressDisplay
  ) {
    do throws(ModelFileError) {
      try metrics?.append(line)
    } catch {
      metrics = nil
      display.finish()
      Console.warn("\(error); the work goes on, its metrics are written no more")
    }
  }
}

extension TrainingReport.Validation {
  fileprivate init?(_ result: TrainingResult, images: Int) {
    guard let start = result.start, let end = result.end, let kept = result.kept else {
      return nil
    }
    self.init(
      measure: start.score.measure.rawValue, images: images, start: start.score.value,
      end: end.score.value, kept: kept.score.value, keptStep: kept.step)
  }
}

extension TrainingProgress {
  fileprivate var metrics: TrainingMetrics {
    TrainingMetrics(
      epoch: epoch, step: step, loss: loss.isFinite ? loss : nil,
      top1: accuracy.isFinite ? accuracy : nil, validation: validation?.value,
      learningRate: learningRate, imagesPerSecond: step > 0 ? imagesPerSecond : nil,
      time: Date().timeIntervalSince1970)
  }

  /// Before the first step there is no loss and no speed to show.
  fileprivate var facts: [String] {
    guard loss.isFinite else { return [] }
    return ["loss \(Quantity.fraction(loss))"]
      + (accuracy.isFinite ? ["training images \(Quantity.percent(accuracy))"] : [])
      + ["\(Quantity.count(Int(imagesPerSecond.rounded()))) images/s"]
  }

  fileprivate func line(label: String) -> ProgressLine {
    ProgressLine(
      label: label, done: step, total: totalSteps, facts: facts,
      secondsLeft: step > 0 ? secondsLeft : nil)
  }

  fileprivate func milestone(label: String, score: ValidationScore) -> String {
    let position = "\(label)  epoch \(Quantity.ratio(epoch).description.dropLast())"
    return "\(position)  step \(step)/\(totalSteps)  held-out \(score.measure.rawValue) "
      + "\(Quantity.percent(score.value))"
  }
}
