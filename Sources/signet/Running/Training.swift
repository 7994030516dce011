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

  func run(
    _ model: Model, teacher: Model?, dataset: any ImageDataset,
    validation: (any ImageDataset)?, output: OutputFile
  ) throws -> TrainingReport {
    let clock = ContinuousClock()
    let start = clock.now
    let display = ProgressDisplay()
    var last: TrainingProgress?
    var top1: Double?
    defer { display.finish() }
    let trained = try Trainer(options: options).run(
      model, teacher: teacher, dataset: dataset, validation: validation, checkpoint: checkpoint,
      progress: { progress in
        last = progress
        top1 = progress.validationTop1 ?? top1
        display.show(progress.line(label: verb))
        if let measured = progress.validationTop1 {
          display.note(progress.milestone(label: verb, top1: measured))
        }
      },
      shouldStop: { Interruption.isRequested }
    ).storingEdges(as: edges)
    try trained.write(to: output.url)
    return TrainingReport(
      output: output.path, steps: last?.step ?? 0, loss: last?.loss ?? .nan, top1: top1,
      seconds: (clock.now - start) / .seconds(1), fileBytes: try trained.fileByteCount)
  }
}

extension TrainingProgress {
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
