import ArgumentParser
import SignetData
import SignetReport
import SignetTraining
import SignetZoo

struct TrainCommand: ParsableCommand, LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a network, float or binary.",
    discussion: """
      ARCH is one of \(Architecture.allCases.map(\.rawValue).joined(separator: ", ")); a model \
      file is trained further. What was interrupted goes on when the command is given again, to \
      the same result.

      \(TrainingArguments.summary(of: TrainingOptions()))
      With a binary --method: \(TrainingArguments.summary(of: .binaryTraining, isOpening: false)) --help-hidden shows the \
      options that are rarely needed.

      Examples:
        signet train resnet20 --data cifar10:cifar-10-batches-bin \\
          --epochs 30 -o float.signet
        signet train float.signet --method bwn --data cifar10:cifar-10-batches-bin \\
          --epochs 10 --log runs/bwn -o bwn.signet
      """)

  @Argument(help: ArgumentHelp("A network of the zoo or a model file.", valueName: "arch|model"))
  var model: ModelArgument

  @OptionGroup(title: "Data") var data: DataOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "file"))
  var output: OutputFile

  @OptionGroup var classes: ClassOptions

  @OptionGroup(title: "Binary layers") var binary: BinaryTrainingArguments

  @OptionGroup(title: "Training") var options: TrainingArguments

  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions

  @OptionGroup(title: "Several processes") var processes: ProcessOptions

  @OptionGroup var device: DeviceOptions

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try output.checkIsModelFile()
  }

  func run() throws {
    guard let report = try perform() else { return }
    try Console.print(report, json: common.json)
  }

  /// Everything but the printing.
  ///
  /// - Returns: in the first of several processes
  @discardableResult
  func perform() throws -> TrainingReport? {
    let ranks = try processes.join()
    try device.use(processes: ranks.count)
    let work = try LongWork(
      files: files, output: output, checkpoints: checkpoints, log: options.log,
      writes: ranks.isFirst)
    defer { work.release() }
    let dataset = try data.open(default: .train, seed: options.seed)
    let start = try model.load(onnx.choices, files: files) { architecture in
      try architecture.model(
        inputShape: dataset.imageShape, classes: dataset.classNames.count, seed: options.seed
      ).with(labels: dataset.classNames)
    }
    let isBinary = binary.method != .float
    var resolved = try options.resolved(
      over: isBinary ? .binaryTraining : TrainingOptions(), isBinary: isBinary,
      threads: processes.threads(common))
    resolved.loss = .crossEntropy(labelSmoothing: options.labelSmoothing)
    binary.apply(to: &resolved)
    let images = try options.validation.images(
      of: data, training: dataset, for: start, classes: classes, seed: options.seed,
      learnsFromLabels: true)
    try files.check(data: images.sourceFiles)
    try work.begin()
    Interruption.stopAtNextSafePoint()
    let report = try Training(
      verb: "train", options: resolved, minutes: options.minutes, checkpoint: work.checkpoint,
      log: options.log, ranks: ranks
    ).run(start, teacher: nil, data: images, output: output)
    work.finish()
    return report
  }

  var files: FileRoles {
    var files = FileRoles()
    files.reads(model.path, as: "the model")
    files.writes(output.url, as: "-o")
    files.writes(checkpoints.file(for: output).url, as: "--checkpoint")
    files.writesLog(in: options.log)
    return files
  }
}
