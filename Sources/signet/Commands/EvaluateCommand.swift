import ArgumentParser
import SignetData
import SignetModel
import SignetReport

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures how often a model is right, or how near it is to another.",
    discussion: """
      With labels, --metric says what is measured: top1, also top-5, of class scores; miou, the \
      mean intersection over union, and the pixel accuracy of a map of classes; psnr of images; \
      cosine of embeddings of the same and of different things, and how often the best threshold \
      tells them apart.

      With --against no labels are needed, and outputs may be anything: each is compared with the \
      other model's.

      Examples:
        signet evaluate binary.signet --data cifar10:cifar-10-batches-bin
        signet evaluate segmenter.signet --data imagefolder:photos \\
          --metric miou --targets labels
        signet evaluate faces.signet --metric cosine --targets pairs.txt
        signet evaluate binary.signet --against detector.onnx \\
          --data imagefolder:photos
      """)

  @Argument(help: "A model file or an ONNX file.")
  var model: ModelArgument

  @Option(
    help: DataOptions.forms, transform: { try DatasetSpecification(parsing: $0) })
  var data: DatasetSpecification?

  @OptionGroup var part: PartOptions

  @OptionGroup(title: "Measures") var measure: MetricOptions

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

  @OptionGroup var device: DeviceOptions

  @OptionGroup var page: ReportOption

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try check("--batch-size", batchSize, in: 1...65536)
    guard running.engine == .torch || ["cpu", "auto"].contains(device.device) else {
      throw ValidationError(
        "--device \(device.device): the runtime computes on the processor; --engine torch does not")
    }
    try measure.check(
      isAgainst: against != nil, hasData: data != nil,
      hasPart: part.split != nil || part.limit != nil)
  }

  func run() throws {
    Interruption.exitAtOnce()
    if running.engine == .torch { try device.use() }
    try files.check()
    try page.check()
    try measureAndPrint()
    try page.write(pageMaker)
  }

  private func measureAndPrint() throws {
    if let against {
      return try Console.print(compared(with: against), json: common.json)
    }
    switch measure.metric ?? .top1 {
    case .top1: try Console.print(perform(), json: common.json)
    case .miou: try Console.print(segmented(), json: common.json)
    case .psnr: try Console.print(reconstructed(), json: common.json)
    case .cosine: try Console.print(verified(), json: common.json)
    }
  }

  private func pageMaker() throws -> PageMaker {
    let model = try loaded()
    var maker = PageMaker(
      subject: .init(path: self.model.path, model: model),
      float: try against.map {
        .init(path: $0.path, model: try $0.load(onnx.choices, besides: model))
      },
      commands: [ShellCommand.own], skipped: reading.skippedImages())
    if data != nil {
      let images = try opened(for: model)
      try files.check(data: images.sourceFiles)
      maker.measure(with: images.prefix(PageMaker.images))
    }
    return maker
  }

  private var files: FileRoles {
    var files = FileRoles()
    files.reads(model.path, as: "the model")
    files.reads(against?.path, as: "--against")
    files.writes(page)
    return files
  }

  func loaded() throws -> Model {
    try model.load(onnx.choices, preprocessing, takesImages: data?.kind != .tensors)
  }

  /// The output that is measured.
  func output(of model: Model) throws(CommandError) -> GraphOutput {
    try (measure.metric ?? .top1).output(
      named: measure.output, of: model, file: self.model.path)
  }

  func opened(for model: Model) throws(DataError) -> any ImageDataset {
    // Only pairs go without, and they are no data set.
    guard let data else { throw .option(name: "--data", expected: "KIND:PATH", found: "none") }
    return try part.open(data, default: .test, seed: seed, for: model)
  }

  func network(for model: Model) throws -> any Classifier & NamedNetwork {
    try running.engine.network(
      for: model, options: running.options(threads: common.threadCount, batch: batchSize))
  }

  /// Every output beside that of another model.
  private func compared(with other: ModelArgument) throws -> FidelityReport {
    let model = try loaded()
    let reference = try other.load(onnx.choices, besides: model)
    let dataset = try opened(for: model)
    let start = ContinuousClock.now
    let skipped = reading.skippedImages()
    let display = ProgressDisplay()
    defer { display.finish() }
    let (outputs, images) = try OutputFidelity.measure(
      network(for: model), against: network(for: reference), of: model, dataset: dataset,
      batchSize: batchSize, skipping: skipped.map { images in { images.note($0) } },
      progress: { done, total in
        display.show(ProgressLine(label: "evaluate", done: done, total: total))
      })
    return FidelityReport(
      against: other.path, outputs: outputs.map(FidelityReport.Output.init), images: images,
      skipped: skipped?.count ?? 0, seconds: (ContinuousClock.now - start) / .seconds(1),
      engine: running.engine.rawValue, threads: common.threadCount)
  }

  /// How often the label's class has the highest score: everything but the printing.
  func perform() throws -> EvaluationReport {
    let model = try loaded()
    let output = try output(of: model)
    let dataset = try classes.matched(opened(for: model), to: model, output: output)
    let network = try network(for: model)
    let classifier: any Classifier =
      model.graph.outputs.count == 1
      ? network : NamedOutput(output, of: model, network: network)
    let evaluation = try Evaluation.measure(
      classifier, of: model, on: dataset, batchSize: batchSize, label: "evaluate",
      skipped: reading.skippedImages())
    return EvaluationReport(
      top1: evaluation.top1, top5: evaluation.top5, images: evaluation.images,
      skipped: evaluation.skipped, seconds: evaluation.seconds, engine: running.engine.rawValue,
      threads: common.threadCount)
  }
}
