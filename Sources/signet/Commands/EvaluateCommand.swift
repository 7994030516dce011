import ArgumentParser
import SignetData
import SignetModel
import SignetReport

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures how often a model is right, or how near it is to another.",
    discussion: """
      With --against no labels are needed, and outputs may be anything: each is compared with the \
      other model's.

      Examples:
        signet evaluate binary.signet --data cifar10:cifar-10-batches-bin
        signet evaluate binary.signet --against detector.onnx \\
          --data imagefolder:photos
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @OptionGroup var data: DataOptions

  @Option(
    help: ArgumentHelp(
      "The model whose outputs are the right ones, such as the float network.",
      valueName: "model"))
  var against: ModelArgument?

  @OptionGroup var classes: ClassOptions

  @OptionGroup var running: EngineOptions

  @Option(help: "Images run at once.")
  var batchSize = 64

  @Option(help: "Which images --limit takes.")
  var seed: UInt64 = 0

  @OptionGroup var reading: ReadingOptions

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try check("--batch-size", batchSize, in: 1...65536)
  }

  func run() throws {
    Interruption.exitAtOnce()
    if let against {
      try Console.print(compared(with: against), json: common.json)
    } else {
      try Console.print(perform(), json: common.json)
    }
  }

  /// Every output beside that of another model.
  private func compared(with other: ModelArgument) throws -> FidelityReport {
    let model = try model.load(
      onnx.choices, preprocessing, takesImages: data.data.kind != .tensors)
    let reference = try other.load(onnx.choices, besides: model)
    let dataset = try data.open(default: .test, seed: seed, for: model)
    let options = running.options(threads: common.threadCount, batch: batchSize)
    let start = ContinuousClock.now
    let skipped = try reading.skippedImages()
    let display = ProgressDisplay()
    defer { display.finish() }
    let (outputs, images) = try OutputFidelity.measure(
      running.engine.network(for: model, options: options),
      against: running.engine.network(for: reference, options: options), of: model,
      dataset: dataset, batchSize: batchSize,
      skipping: skipped.map { images in { images.note($0) } },
      progress: { done, total in
        display.show(ProgressLine(label: "evaluate", done: done, total: total))
      })
    return FidelityReport(
      against: other.path, outputs: outputs.map(FidelityReport.Output.init), images: images,
      skipped: skipped?.count ?? 0, seconds: (ContinuousClock.now - start) / .seconds(1),
      engine: running.engine.rawValue, threads: common.threadCount)
  }

  /// Everything but the printing.
  func perform() throws -> EvaluationReport {
    let model = try model.load(
      onnx.choices, preprocessing, takesImages: data.data.kind != .tensors)
    guard model.graph.outputs.count == 1 else {
      throw CommandError.severalOutputs(
        file: self.model.path, names: model.graph.outputs.map(\.name))
    }
    guard model.outputKind.isOfClasses else {
      throw CommandError.notClasses(
        file: self.model.path, model.outputKind, shape: model.graph.outputShape)
    }
    let dataset = try classes.matched(
      data.open(default: .test, seed: seed, for: model), to: model)
    let classifier = try running.classifier(
      for: model, threads: common.threadCount, batch: batchSize)
    let evaluation = try Evaluation.measure(
      classifier, of: model, on: dataset, batchSize: batchSize, label: "evaluate",
      skipped: reading.skippedImages())
    return EvaluationReport(
      top1: evaluation.top1, top5: evaluation.top5, images: evaluation.images,
      skipped: evaluation.skipped, seconds: evaluation.seconds, engine: running.engine.rawValue,
      threads: common.threadCount)
  }
}
