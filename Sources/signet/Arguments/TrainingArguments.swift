import ArgumentParser
import SignetData
import SignetModel
import SignetTraining

/// How a network is trained; what is not given keeps the default of the verb.
struct TrainingArguments: ParsableArguments {
  enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
    case sgd, adam
  }

  enum ScheduleName: String, ExpressibleByArgument, CaseIterable {
    case cosine, step, constant
  }

  enum PrecisionName: String, ExpressibleByArgument, CaseIterable {
    case auto, float32, bfloat16
  }

  @Option(
    help: """
      Start from what a paper did, where other options do not say otherwise: epochs, images per step \
      and changes of images, and for float weights the optimizer, rate and schedule.
      """)
  var recipe: TrainingRecipe?

  @Option(help: "Passes over the data, e.g. 30 or 0.5.")
  var epochs: Double?

  @Option(help: "Steps, instead of --epochs.")
  var steps: Int?

  @Option(
    help: """
      As many steps as fit so many minutes, instead of --epochs, by what the first few take. The \
      model's file records their number, which gives the same model again.
      """)
  var minutes: Double?

  @Option(help: "Images per step.")
  var batchSize: Int?

  @Option(help: "Learning rate at its highest.")
  var learningRate: Double?

  @Flag(
    name: .customLong("sync-batch-norm"),
    help: ArgumentHelp(
      "Take batch norm's statistics over the images of all processes, not each over its own.",
      visibility: .hidden))
  var synchronizesBatchNorm = false

  @Option(help: "What takes the steps.")
  var optimizer: OptimizerName?

  @Option(help: ArgumentHelp("Momentum of sgd.", visibility: .hidden))
  var momentum: Double?

  @Option(help: "Weight decay of float weights.")
  var weightDecay: Double?

  @Option(help: "How the learning rate goes down.")
  var schedule: ScheduleName?

  @Option(
    help: """
      Epochs in which the learning rate goes up to its highest. (default: 500 steps where layers \
      are binary, else none)
      """)
  var warmup: Double?

  @OptionGroup var images: AugmentationArguments

  @Option(
    help: ArgumentHelp(
      "Share of a label given to the other classes, 0 to below 1.", visibility: .hidden))
  var labelSmoothing = 0.0

  @Option(
    help: ArgumentHelp(
      "The largest 2-norm of all gradients together.", valueName: "norm", visibility: .hidden))
  var clipGradients: Double?

  @Option(
    help: ArgumentHelp(
      """
      Measure and save a running average of the weights with this decay, e.g. 0.999; 0 takes the \
      weights themselves. (default: 0.99 when fine-tuning codes, else 0)
      """,
      valueName: "decay"))
  var ema: Double?

  @Option(
    help: ArgumentHelp(
      """
      Measure batch norm's statistics anew on so many batches before the model is measured or \
      saved; 0 keeps the running ones. Not done where binary layers are fine-tuned with fewer than 16 \
      images per step, which hold the statistics. (default: as many as have 1,280 images where layers \
      are binary, else 0)
      """, valueName: "batches", visibility: .hidden))
  var recalibrateBn: Int?

  @Option(help: "Arithmetic of convolutions; auto takes bfloat16 where the processor has it.")
  var precision: PrecisionName = .auto

  @Option(help: ArgumentHelp("Steps between checkpoints.", visibility: .hidden))
  var checkpointEvery: Int?

  @OptionGroup var validation: ValidationArguments

  @Option(
    help: ArgumentHelp(
      "Write metrics to this folder, as JSON lines and for TensorBoard.", valueName: "folder"))
  var log: String?

  @Option(help: "Seed of weights, order and augmentation.")
  var seed: UInt64 = 0

  func validate() throws {
    let durations = [
      ("--epochs", epochs != nil), ("--steps", steps != nil), ("--minutes", minutes != nil),
    ].filter(\.1).map(\.0)
    guard durations.count < 2 else {
      throw ValidationError(
        "expected one of --epochs, --steps and --minutes, found "
          + durations.joined(separator: " and "))
    }
    try check("--epochs", epochs, in: 0...100_000)
    try check("--steps", steps, in: 0...1_000_000_000)
    try check("--minutes", minutes, in: 0.01...1_000_000)
    try check("--batch-size", batchSize, in: 1...65536)
    try check("--learning-rate", learningRate, in: 0...1000)
    try check("--momentum", momentum, in: 0...0.999_999)
    try check("--weight-decay", weightDecay, in: 0...1)
    try check("--warmup", warmup, in: 0...100_000)
    try check("--checkpoint-every", checkpointEvery, in: 1...1_000_000_000)
    try check("--label-smoothing", labelSmoothing, in: 0...0.999)
    try check("--clip-gradients", clipGradients, in: 1e-9...1e9)
    try check("--ema", ema, in: 0...0.999_999_9)
    try check("--recalibrate-bn", recalibrateBn, in: 0...1_000_000)
    if momentum != nil, optimizer == .adam {
      throw ValidationError("--momentum: only sgd has it")
    }
  }

  /// - Parameters:
  ///   - base: the verb's defaults
  ///   - isBinary: whether binary weights are trained
  func resolved(
    over base: TrainingOptions, isBinary: Bool, threads: Int
  ) -> TrainingOptions {
    let base = recipe?.options(over: base, isBinary: isBinary) ?? base
    var options = base
    if let epochs { options.duration = .epochs(epochs) }
    if let steps { options.duration = .steps(steps) }
    options.batchSize = batchSize ?? base.batchSize
    switch optimizer {
    case .sgd: options.optimizer = .sgd(momentum: momentum ?? 0.9)
    case .adam: options.optimizer = .adam()
    case nil:
      if let momentum { options.optimizer = .sgd(momentum: momentum) }
    }
    options.learningRate =
      learningRate
      ?? base.learningRate(
        usualLearningRate(of: options.optimizer, base: base), at: options.batchSize,
        with: options.optimizer)
    options.weightDecay = weightDecay ?? base.weightDecay
    switch schedule {
    case .cosine: options.schedule = .cosine
    case .step: options.schedule = .step()
    case .constant: options.schedule = .constant
    case nil: break
    }
    if let warmup {
      options.warmupEpochs = warmup
      options.warmupSteps = 0
    }
    images.apply(to: &options)
    options.gradientNorm = clipGradients ?? base.gradientNorm
    options.averageDecay = (ema ?? base.averageDecay).flatMap { $0 > 0 ? $0 : nil }
    options.statisticsBatches =
      recalibrateBn ?? base.statisticsBatches(at: options.batchSize)
    options.patience = validation.patience ?? base.patience
    switch precision {
    case .auto: options.precision = nil
    case .float32: options.precision = .float32
    case .bfloat16: options.precision = .bfloat16
    }
    options.checkpointEverySteps = checkpointEvery ?? base.checkpointEverySteps
    options.synchronizesBatchNorm = synchronizesBatchNorm
    options.seed = seed
    options.threads = threads
    return options
  }

  /// What a verb does unless told otherwise, for its help.
  static func summary(of base: TrainingOptions, isOpening: Bool = true) -> String {
    let duration =
      switch base.duration {
      case .epochs(let epochs):
        "\(epochs == epochs.rounded() ? "\(Int(epochs))" : "\(epochs)") epochs"
      case .steps(let steps): "\(steps) steps"
      }
    let optimizer =
      switch base.optimizer {
      case .sgd(let momentum, _): "sgd with momentum \(momentum)"
      case .adam: "adam"
      }
    return (isOpening ? "Unless told otherwise: " : "")
      + "\(duration), \(base.batchSize) images per step, \(optimizer), "
      + "learning rate \(base.learningRate) (less for fewer images per step), "
      + "\(base.schedule) schedule, weight decay "
      + "\(base.weightDecay), augmentation crop-flip."
  }

  /// A verb's default rate belongs to its default optimizer: the other one needs its own.
  private func usualLearningRate(
    of optimizer: TrainingOptions.Optimizer, base: TrainingOptions
  ) -> Double {
    switch (optimizer, base.optimizer) {
    case (.sgd, .adam): 0.01
    case (.adam, .sgd): 0.001
    default: base.learningRate
    }
  }
}

extension TrainingRecipe: ExpressibleByArgument {}
