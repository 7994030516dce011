import ArgumentParser
import SignetData
import SignetReport
import SignetTraining
import SignetZoo

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a network, float or binary.",
    discussion: """
      ARCH is one of \(Architecture.allCases.map(\.rawValue).joined(separator: ", ")); a model \
      file is trained further.

      \(TrainingArguments.summary(of: TrainingOptions()))

      Example:
        signet train resnet20 --data cifar10:cifar-10-batches-bin \\
          --epochs 30 -o float.signet
      """)

  @Argument(help: ArgumentHelp("A network of the zoo or a model file.", valueName: "arch|model"))
  var model: ModelArgument

  @OptionGroup var data: DataOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "file"))
  var output: OutputFile

  @Flag(help: "Train binary weights from the start, with the straight-through estimator.")
  var binary = false

  @Option(
    help: "With --binary: layers left in float: first, last, none, names and globs.",
    transform: { try KeepPattern(parsing: $0) })
  var keep: KeepPattern = .firstAndLast

  @Option(help: "Share of a label given to the other classes, 0 to below 1.")
  var labelSmoothing = 0.0

  @OptionGroup var options: TrainingArguments

  @OptionGroup var checkpoints: CheckpointOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try check("--label-smoothing", labelSmoothing, in: 0...0.999)
  }

  func run() throws {
    try output.check()
    let dataset = try data.open(default: .train, seed: options.seed)
    let start = try model.load { architecture in
      try architecture.model(
        inputShape: dataset.imageShape, classes: dataset.classNames.count, seed: options.seed
      ).with(labels: dataset.classNames)
    }
    var resolved = try options.resolved(over: TrainingOptions(), threads: common.threadCount)
    resolved.loss = .crossEntropy(labelSmoothing: labelSmoothing)
    resolved.binary = binary
    resolved.keep = keep
    let checkpoint = try checkpoints.prepare(for: output)
    Interruption.stopAtNextSafePoint()
    let report = try Training(verb: "train", options: resolved, checkpoint: checkpoint).run(
      start, teacher: nil, dataset: dataset,
      validation: options.validation(of: data), output: output)
    checkpoint.removeCheckpoint()
    try Console.print(report, json: common.json)
  }
}
