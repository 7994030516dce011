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
  var edges = EdgeStorage.float32
  let checkpoint: URL
  /// A folder for metrics.
  var log: String?
  /// Whether the best network of all validations is kept beside the last.
  var keepsBest = false

  func run(
    _ model: Model, teacher: Model?, dataset: any ImageDataset,
    validation: (any ImageDataset)?, output: OutputFile
  ) throws -> TrainingReport {
    let clock = ContinuousClock()
    let start = clock.now
    let display = ProgressDisplay()
    var last: TrainingProgress?
    var top1: Double?
    var metrics = try log.map { try MetricsLog(folder: URL(fileURLWithPath: $0)) }
    defer { display.finish() }
    let trained = try Trainer(options: options).run(
      model, teacher: teacher, dataset: dataset, validation: validation, checkpoint: checkpoint,
      progress: { progress in
        try metrics?.append(progress.metrics)
        last = progress
        top1 = progress.validationTop1 ?? top1
        display.show(progress.line(label: verb))
        if let measured = progress.validationTop1 {
          display.note(progress.milestone(label: verb, top1: measured))
        }
      },
      keepBest: { network, _ in
        guard keepsBest else { return }
        try network.storingEdges(as: edges).write(to: output.best.url)
      },
      shouldStop: { Interruption.isRequested }
    ).storingEdges(as: edges)
    try trained.write(to: output.url)
    return TrainingReport(
      output: output.path, steps: last?.step ?? 0, loss: last?.loss ?? .nan, top1: top1,
      bestTop1: keepsBest ? last?.bestTop1 : nil,
      bestOutput: keepsBest && last?.bestTop1 != nil ? output.best.path : nil,
      seconds: (clock.now - start) / .seconds(1), fileBytes: try trained.fileByteCount)
  }
}

extension OutputFile {
  /// `tuned.best.signet` for `tuned.signet`.
  fileprivate var best: OutputFile {
    let name = url.lastPathComponent
    let stem = name.hasSuffix(".signet") ? String(name.dropLast(7)) : name
    let folder = path.dropLast(name.count)
    return OutputFile(path: "\(folder)\(stem).best.signet")
  }
}

extension TrainingProgress {
  fileprivate var metrics: TrainingMetrics {
    TrainingMetrics(
      epoch: epoch, step: step, loss: loss.isFinite ? loss : nil,
      top1: accuracy.isFinite ? accuracy : nil, validation: validationTop1,
      learningRate: learningRate, imagesPerSecond: step > 0 ? imagesPerSecond : nil,
      time: Date().timeIntervalSince1970)
  }

  /// Before the first step there is no loss and no speed to show.
  fileprivate var facts: [String] {
    guard loss.isFinite else { return [] }
    return [
      "loss \(Quantity.fraction(loss))", "top-1 \(Quantity.percent(accuracy))",
      "\(Quantity.count(Int(imagesPerSecond.rounded()))) images/s",
    ]
  }

  fileprivate func line(label: String) -> ProgressLine {
    ProgressLine(
      label: label, done: step, total: totalSteps, facts: facts,
      secondsLeft: step > 0 ? secondsLeft : nil)
  }

  fileprivate func milestone(label: String, top1: Double) -> String {
    let position = "\(label)  epoch \(Quantity.ratio(epoch).description.dropLast())"
    return "\(position)  step \(step)/\(totalSteps)  test top-1 \(Quantity.percent(top1))"
  }
}
