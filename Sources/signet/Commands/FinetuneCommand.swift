import ArgumentParser
import SignetData
import SignetReport
import SignetTraining

struct FinetuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Wins back the accuracy of a binarized model.",
    discussion: """
      With --teacher the model learns to give the float model's answers; --no-labels leaves the \
      data's own labels aside.

      \(TrainingArguments.summary(of: .finetuning))

      Example:
        signet finetune binary.signet --teacher float.signet --no-labels \\
          --data cifar10:cifar-10-batches-bin --epochs 8 -o tuned.signet
      """)

  @Argument(help: "A binarized model file.")
  var model: ModelArgument

  @OptionGroup var data: DataOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "file"))
  var output: OutputFile

  @Option(help: ArgumentHelp("The float model to learn from.", valueName: "model"))
  var teacher: ModelArgument?

  @Flag(help: "Use the teacher's answers only.")
  var noLabels = false

  @Option(help: "Weight of the labels beside the teacher's answers.")
  var labelsWeight = 1.0

  @Option(help: "Temperature of the distillation.")
  var temperature = 4.0

  @OptionGroup var options: TrainingArguments

  @OptionGroup var storage: StorageOptions

  @OptionGroup var checkpoints: CheckpointOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if noLabels, teacher == nil {
      throw ValidationError("--no-labels: without labels, --teacher MODEL is needed")
    }
    try check("--temperature", temperature, in: 0.01...1000)
    try check("--labels-weight", labelsWeight, in: 0...1000)
  }

  func run() throws {
    try output.check()
    let start = try model.load()
    let teacher = try teacher?.load(besides: start)
    let dataset = try data.open(default: .train, seed: options.seed)
    var resolved = try options.resolved(over: .finetuning, threads: common.threadCount)
    resolved.loss =
      teacher == nil
      ? .crossEntropy()
      : .distillation(temperature: temperature, labelsWeight: noLabels ? 0 : labelsWeight)
    let checkpoint = try checkpoints.prepare(for: output)
    Interruption.stopAtNextSafePoint()
    let report = try Training(
      verb: "finetune", options: resolved, edges: storage.edges, checkpoint: checkpoint
    ).run(
      start, teacher: teacher, dataset: dataset,
      validation: options.validation(of: data), output: output)
    checkpoint.removeCheckpoint()
    try Console.print(report, json: common.json)
  }
}
