import ArgumentParser
import SignetData
import SignetModel
import SignetReport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes a page to look at: what a model is, what it costs, where it is wrong.",
    discussion: """
      One HTML file that loads nothing: how much smaller and faster, what was lost, which layer hurt \
      most; models side by side; the network drawn, bytes and error per layer, time per layer and kernel, and where the model \
      comes from. The first MODEL is looked at closely, further ones are set beside it. What is not \
      given is left out, and the page says what would add it. At most \(PageMaker.images) images are measured \
      unless --limit says otherwise.

      Examples:
        signet report binary.signet -o report.html
        signet report tuned.signet binary.signet --against float.signet \\
          --data cifar10:cifar-10-batches-bin --metrics runs/tuned/metrics.jsonl \\
          -o report.html
      """)

  @Argument(help: "Model files or ONNX files.")
  var models: [ModelArgument]

  @Option(
    name: [.short, .long], help: ArgumentHelp("The HTML file to write.", valueName: "file"))
  var output: OutputFile

  @Option(
    help: ArgumentHelp("The float network that the models were made of.", valueName: "model"))
  var against: ModelArgument?

  @Option(
    help: DataOptions.forms, transform: { try DatasetSpecification(parsing: $0) })
  var data: DatasetSpecification?

  @OptionGroup var part: PartOptions

  @OptionGroup var classes: ClassOptions

  @Option(
    help: ArgumentHelp(
      "The metrics.jsonl of the training that made the first model.", valueName: "file"))
  var metrics: String?

  @Option(help: "Seconds to measure the time of each model; 0 leaves times out.")
  var seconds = 1.0

  @Option(help: "Which images --limit takes.")
  var seed: UInt64 = 0

  @OptionGroup var reading: ReadingOptions

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !models.isEmpty else { throw ValidationError("Missing expected argument '<models> ...'") }
    try check("--seconds", seconds, in: 0...3600)
    if data == nil, part.split != nil || part.limit != nil {
      throw ValidationError("--split, --limit: say which images of --data; it is missing")
    }
  }

  func run() throws {
    Interruption.exitAtOnce()
    try files.check()
    try output.check()
    let subject = try models[0].load(
      onnx.choices, preprocessing, files: files, takesImages: data != nil && data?.kind != .tensors)
    let dataset = try data.map { data in
      try classes.matched(
        part.open(
          data, default: .test, limit: part.limit ?? PageMaker.images, seed: seed, for: subject),
        to: subject)
    }
    if let dataset { try files.check(data: dataset.sourceFiles) }
    let maker = PageMaker(
      subject: PageMaker.Entry(path: models[0].path, model: subject),
      float: try against.map {
        PageMaker.Entry(path: $0.path, model: try $0.load(onnx.choices, besides: subject))
      },
      others: try models.dropFirst().map {
        PageMaker.Entry(path: $0.path, model: try $0.load(onnx.choices, besides: subject))
      },
      dataset: dataset, metrics: try metrics.map(MetricsLog.read) ?? [], seconds: seconds,
      threads: common.threads ?? 1, workers: common.threadCount, commands: [ShellCommand.own],
      skipped: reading.skippedImages())
    let report = try maker.write(to: output)
    try Console.print(report, json: common.json)
  }

  var files: FileRoles {
    var files = FileRoles()
    for model in models { files.reads(model.path, as: "the model") }
    files.reads(against?.path, as: "--against")
    files.reads(metrics, as: "--metrics")
    files.reads(preprocessing.classNames, as: "--class-names")
    files.writes(output.url, as: "-o")
    return files
  }
}
