import ArgumentParser
import SignetData
import SignetReport

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures how often a model is right.",
    discussion: """
      Example:
        signet evaluate binary.signet --data cifar10:cifar-10-batches-bin
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @OptionGroup var data: DataOptions

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
    try Console.print(perform(), json: common.json)
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
