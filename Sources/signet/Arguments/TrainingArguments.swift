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

  enum AugmentationName: String, ExpressibleByArgument, CaseIterable {
    case none
    case cropFlip = "crop-flip"
    case resizedCrop = "resized-crop"
  }

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

  @Option(help: "Random changes of training images.")
  var augment: AugmentationName?

  @Option(
    help: ArgumentHelp(
      "Side of a square cut out of each training image.", valueName: "pixels", visibility: .hidden))
  var cutout: Int?

  @Option(
    help: ArgumentHelp(
      "Blend training images in pairs, in shares from Beta(alpha, alpha).", valueName: "alpha",
      visibility: .hidden))
  var mixup: Double?

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

  @Option(
    help: ArgumentHelp(
      """
      Share of the training images to hold out and to measure after each epoch; the model that \
      does best on them, the one at the start included, is what is written. (default: 0.1, at most \
      5,000 images)
      """, valueName: "share"))
  var validation: Double?

  @Option(
    help: "Images to measure after each epoch, instead of held-out ones.",
    transform: { try DatasetSpecification(parsing: $0) })
  var validationData: DatasetSpecification?

  @Flag(help: "Train on all images and write the last model.")
  var noValidation = false

  @Option(
    help: ArgumentHelp(
      "Stop after so many epochs without a better validation.", valueName: "epochs"))
  var patience: Int?

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
    try check("--cutout", cutout, in: 0...4096)
    if mixup != 0 { try check("--mixup", mixup, in: Mixup.range) }
    try check("--clip-gradients", clipGradients, in: 1e-9...1e9)
    try check("--ema", ema, in: 0...0.999_999_9)
    try check("--recalibrate-bn", recalibrateBn, in: 0...1_000_000)
    try check("--patience", patience, in: 1...1_000_000)
    try check("--validation", validation, in: 0...0.9)
    if noValidation, validation != nil || validationData != nil {
      throw ValidationError("expected --no-validation or what to validate on, found both")
    }
    if validation != nil, validationData != nil {
      throw ValidationError("expected --validation or --validation-data, found both")
    }
    if patience != nil, noValidation || validation == 0 {
      throw ValidationError("--patience needs validations; leave --no-validation out")
    }
    if momentum != nil, optimizer == .adam {
      throw ValidationError("--momentum: only sgd has it")
    }
  }

  /// - Parameter base: the verb's defaults
  func resolved(over base: TrainingOptions, threads: Int) -> TrainingOptions {
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
    switch augment {
    case .none?: options.augmentation = .none
    case .cropFlip?: options.augmentation = .cifar
    case .resizedCrop?: options.augmentation = .imageNet
    case nil: break
    }
    options.augmentation.cutout = cutout ?? base.augmentation.cutout
    options.mixup = mixup.map(Mixup.init(alpha:)) ?? base.mixup
    options.gradientNorm = clipGradients ?? base.gradientNorm
    options.averageDecay = (ema ?? base.averageDecay).flatMap { $0 > 0 ? $0 : nil }
    options.statisticsBatches =
      recalibrateBn ?? base.statisticsBatches(at: options.batchSize)
    options.patience = patience ?? base.patience
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

  /// Nobody knows what a flip or a crop would make of arrays.
  func checkChanges(of data: DatasetSpecification) throws {
    guard data.kind == .tensors,
      (augment ?? AugmentationName.none) != AugmentationName.none || cutout ?? 0 > 0
    else { return }
    throw ValidationError("--augment, --cutout: only images can be changed, not \(data)")
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

  /// The images of a run.
  ///
  /// - Parameters:
  ///   - model: whose classes the data's labels become
  ///   - learnsFromLabels: without it labels need not fit, and only measure where they do
  func images(
    of data: DataOptions, training dataset: any ImageDataset, for model: Model,
    classes: ClassOptions, learnsFromLabels: Bool
  ) throws -> TrainingData {
    let matched = { (images: any ImageDataset, isLoud: Bool) throws(DataError) in
      learnsFromLabels ? try classes.matched(images, to: model, isLoud: isLoud) : images
    }
    let training = try matched(dataset, true)
    var held = HeldOut(training: training, validation: nil)
    if let validationData {
      held = HeldOut(
        training: training,
        validation: try matched(
          validationData.open(
            split: .test, limit: nil, seed: seed, inputs: model.networkInputs), true))
    } else if !noValidation {
      held = training.holdingOut(
        share: validation ?? 0.1, atMost: validation == nil ? 5000 : .max, seed: seed)
    }
    return TrainingData(
      training: held.training, validation: held.validation,
      test: try test(of: data, for: model, classes: classes))
  }

  /// The test images, where the data has some with labels that the model can be asked for.
  private func test(
    of data: DataOptions, for model: Model, classes: ClassOptions
  ) throws -> (any ImageDataset)? {
    guard data.split != .test, model.graph.outputs.count == 1, model.outputKind.isOfClasses,
      try data.data.hasTestSplit()
    else {
      return nil
    }
    let images = try data.data.open(split: .test, limit: data.limit, seed: seed)
    guard images.isLabelled,
      let matched = try? classes.matched(images, to: model, isLoud: false),
      matched.labels.allSatisfy({ $0 < model.classCount })
    else { return nil }
    return matched
  }
}
