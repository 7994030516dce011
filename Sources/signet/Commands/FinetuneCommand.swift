import ArgumentParser
import SignetData
import SignetModel
import SignetReport
import SignetTraining

struct FinetuneCommand: ParsableCommand, LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Wins back the accuracy of a binarized model.",
    discussion: """
      With --teacher the model learns to give the float model's outputs beside the labels \
      (knowledge distillation); --supervision chooses one of the two. Latent weights, whose signs are \
      the codes, begin with the teacher's magnitudes.

      With --method the float layers of the model, or of a network of the zoo, become binary first, \
      and everything is trained as a binarized model would be.

      \(TrainingArguments.summary(of: .finetuning)) --help-hidden shows the options that are rarely \
      needed.

      Example:
        signet finetune binary.signet --teacher float.signet --supervision teacher \\
          --data cifar10:cifar-10-batches-bin --epochs 8 -o tuned.signet
      """)

  @Argument(
    help: ArgumentHelp(
      "A binarized model file; with --method a float one or a network of the zoo.",
      valueName: "model"))
  var model: ModelArgument

  @OptionGroup(title: "Data") var data: DataOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "file"))
  var output: OutputFile

  @Option(
    help: ArgumentHelp(
      "The float model to learn from: the one that was binarized or another, say a larger one.",
      valueName: "model"))
  var teacher: ModelArgument?

  @Option(
    help: """
      What to learn from: labels, teacher (the outputs of --teacher, without labels) or both. \
      (default: both with --teacher, else labels)
      """)
  var supervision: Supervision?

  @Option(help: "Weight of the labels beside the teacher's outputs, with --supervision both.")
  var labelsWeight = 1.0

  @Option(help: "Temperature of the distillation.")
  var temperature = 4.0

  @OptionGroup var classes: ClassOptions

  @OptionGroup(title: "Binary layers") var binary: BinaryTrainingArguments

  @OptionGroup(title: "Training") var options: TrainingArguments

  @OptionGroup var storage: StorageOptions

  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions

  @OptionGroup(title: "Several processes") var processes: ProcessOptions

  @OptionGroup var device: DeviceOptions

  @OptionGroup(title: "ONNX files") var onnx: ONNXOptions

  @OptionGroup var page: ReportOption

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let supervision, supervision != .labels, teacher == nil {
      throw ValidationError(
        "--supervision \(supervision.rawValue): to learn from a teacher, --teacher MODEL is needed")
    }
    try options.images.checkChanges(of: data.data)
    try output.checkIsModelFile()
    try check("--temperature", temperature, in: 0.01...1000)
    try check("--labels-weight", labelsWeight, in: 0...1000)
  }

  func run() throws {
    try page.check()
    guard let report = try perform() else { return }
    try Console.print(report, json: common.json)
    try page.write(pageMaker)
  }

  private func pageMaker() throws -> PageMaker {
    let made = try Model(contentsOf: output.url)
    let teacher = try teacher.map { teacher in
      PageMaker.Entry(path: teacher.path, model: try teacher.load(onnx.choices, besides: made))
    }
    var maker = PageMaker(
      subject: .init(path: output.path, model: made),
      float: teacher.flatMap { $0.model.hasLayers(of: made) ? $0 : nil },
      metrics: try options.log.map { try MetricsLog.read($0) } ?? [],
      commands: [ShellCommand.own])
    try maker.measure(with: data, seed: options.seed)
    return maker
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
    // Arrays are known by the network's inputs, a network of the zoo by the images.
    let known = try data.data.kind == .tensors ? model.load(onnx.choices, files: files) : nil
    let dataset = try data.open(default: .train, seed: options.seed, for: known)
    let start =
      try known
      ?? model.load(onnx.choices, files: files) { architecture in
        // A student sees images as its teacher does.
        try architecture.model(
          inputShape: dataset.imageShape, classes: dataset.classNames.count, seed: options.seed
        ).with(
          preprocessing: self.teacher?.load(onnx.choices).preprocessing, labels: dataset.classNames)
      }
    let teacher = try teacher?.load(onnx.choices, besides: start, files: files)
    var resolved = try options.resolved(
      over: .finetuning, isBinary: true, threads: processes.threads(common))
    resolved.loss = loss
    binary.apply(to: &resolved)
    if dataset.holdsTensors { resolved.augmentation = .none }
    try checkIsBinary(start)
    let images = try options.validation.images(
      of: data, training: dataset, for: start, classes: classes, seed: options.seed,
      learnsFromLabels: resolved.learnsFromLabels)
    try files.check(data: images.sourceFiles)
    try work.begin()
    Interruption.stopAtNextSafePoint()
    let report = try Training(
      verb: "finetune", options: resolved, minutes: options.minutes, keptLayers: storage.keptLayers,
      checkpoint: work.checkpoint,
      log: options.log, ranks: ranks
    ).run(start, teacher: teacher, data: images, output: output)
    work.finish()
    return report
  }

  var files: FileRoles {
    var files = FileRoles()
    files.reads(model.path, as: "the model")
    files.reads(teacher?.path, as: "--teacher")
    files.writes(output.url, as: "-o")
    files.writes(checkpoints.file(for: output).url, as: "--checkpoint")
    files.writesLog(in: options.log)
    files.writes(page)
    return files
  }

  /// Training a float network further is another verb: fine-tuning's defaults would ruin it.
  private func checkIsBinary(_ model: Model) throws(CommandError) {
    guard binary.method == .float, !model.graph.layers.contains(where: model.isBinary) else {
      return
    }
    throw .notBinary(file: self.model.path)
  }

  private var loss: TrainingOptions.Loss {
    switch supervision ?? (teacher == nil ? .labels : .both) {
    case .labels: .crossEntropy(labelSmoothing: options.labelSmoothing)
    case .teacher: .distillation(temperature: temperature, labelsWeight: 0)
    case .both:
      .distillation(
        temperature: temperature, labelsWeight: labelsWeight,
        labelSmoothing: options.labelSmoothing)
    }
  }
}
