import SignetData

/// How a network is trained or fine-tuned.
public struct TrainingOptions: Sendable, Hashable {
  /// How long a run is.
  public enum Duration: Sendable, Hashable {
    /// Passes over the training images; fractions are allowed.
    case epochs(Double)
    /// Batches.
    case steps(Int)
  }

  /// What takes the steps.
  public enum Optimizer: Sendable, Hashable {
    /// Stochastic gradient descent with momentum, Nesterov's where asked (Sutskever et al. 2013).
    case sgd(momentum: Double = 0.9, nesterov: Bool = true)
    /// Adam (Kingma & Ba 2015, arXiv 1412.6980), with weight decay beside it (AdamW).
    case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  }

  /// What is made small.
  public enum Loss: Sendable, Hashable {
    /// With the labels; a share `labelSmoothing` of each goes to all classes alike (Szegedy et al.
    /// 2016).
    case crossEntropy(labelSmoothing: Double = 0)
    /// KL divergence from the teacher at a temperature, times its square (Hinton, Vinyals & Dean
    /// 2015), plus `labelsWeight` times the cross entropy with the labels.
    case distillation(
      temperature: Double = 4, labelsWeight: Double = 0, labelSmoothing: Double = 0)
  }

  /// How long the run is.
  public var duration: Duration
  /// Images per step.
  public var batchSize: Int
  /// What takes the steps.
  public var optimizer: Optimizer
  /// Of the weights: in a network with binary layers, of the latent weights, where
  /// ``latentLearningRate`` does not say otherwise.
  public var learningRate: Double
  /// Of the latent weights, all else then taking ``learningRate``. With `nil` the latent weights
  /// take ``learningRate`` and all else a tenth of it with Adam, whose steps do not shrink with the
  /// gradient, and all of it with SGD.
  public var latentLearningRate: Double?
  /// Acts on the float weights of convolutions and linear layers: never on batch norm, biases and
  /// scales, nor on latent weights, of which only the sign counts.
  public var weightDecay: Double
  /// How the learning rate goes down.
  public var schedule: LearningRateSchedule
  /// Linear warm-up, in epochs.
  public var warmupEpochs: Double
  /// Linear warm-up, in steps; the longer of the two counts.
  public var warmupSteps: Int
  /// What is made small.
  public var loss: Loss
  /// Random changes of the training images.
  public var augmentation: Augmentation
  /// Of weights that are drawn, of the images' order and of their augmentation.
  public var seed: UInt64
  /// `nil` takes ``Executor/Precision/fastest``.
  public var precision: Executor.Precision?
  /// Makes the float layers that ``keep`` does not name binary before training, with sign and mean
  /// magnitude of their weights as the start.
  public var binary: Bool
  /// Layers that stay in float when ``binary`` is set.
  public var keep: KeepPattern
  /// How binary layers are trained.
  public var straightThrough: StraightThrough
  /// Decay of a running average of all weights, latent ones included, which is then what is
  /// measured and saved; `nil` measures and saves the weights themselves. At the start the average
  /// forgets faster, with the decay (1 + step) / (10 + step).
  public var averageDecay: Double?
  /// The largest 2-norm of all gradients together; `nil` sets no limit.
  public var gradientNorm: Double?
  /// Batches of augmented training images from which batch norm's statistics are measured anew
  /// before the network is measured or saved; 0 keeps the running ones.
  public var statisticsBatches: Int
  /// Mixes the images of a batch in pairs.
  public var mixup: Mixup
  /// Ends the run when so many epochs have passed without a better validation; `nil` never does.
  public var patience: Int?
  /// Steps between checkpoints; 0 writes one only at the end and when stopped.
  public var checkpointEverySteps: Int
  /// Epochs between validations, beside the one before the first step and the one at the end.
  public var validateEveryEpochs: Int
  /// Steps between reports.
  public var progressEverySteps: Int
  /// Whether batch norms take the statistics of the whole batch where several processes share it, and
  /// not each those of its part.
  public var synchronizesBatchNorm: Bool
  /// libtorch's threads; `nil` leaves them as they are.
  public var threads: Int?

  /// Training in float with SGD by default; ``finetuning`` suits hashed networks.
  public init(
    duration: Duration = .epochs(10), batchSize: Int = 128,
    optimizer: Optimizer = .sgd(), learningRate: Double = 0.1,
    latentLearningRate: Double? = nil, weightDecay: Double = 5e-4,
    schedule: LearningRateSchedule = .cosine, warmupEpochs: Double = 0, warmupSteps: Int = 0,
    loss: Loss = .crossEntropy(), augmentation: Augmentation = .cifar, seed: UInt64 = 0,
    precision: Executor.Precision? = nil, binary: Bool = false,
    keep: KeepPattern = .usual, straightThrough: StraightThrough = StraightThrough(),
    averageDecay: Double? = nil, gradientNorm: Double? = nil, statisticsBatches: Int = 0,
    mixup: Mixup = .none, patience: Int? = nil,
    checkpointEverySteps: Int = 500, validateEveryEpochs: Int = 1, progressEverySteps: Int = 50,
    synchronizesBatchNorm: Bool = false, threads: Int? = nil
  ) {
    self.duration = duration
    self.batchSize = batchSize
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.latentLearningRate = latentLearningRate
    self.weightDecay = weightDecay
    self.schedule = schedule
    self.warmupEpochs = warmupEpochs
    self.warmupSteps = warmupSteps
    self.loss = loss
    self.augmentation = augmentation
    self.seed = seed
    self.precision = precision
    self.binary = binary
    self.keep = keep
    self.straightThrough = straightThrough
    self.averageDecay = averageDecay
    self.gradientNorm = gradientNorm
    self.statisticsBatches = statisticsBatches
    self.mixup = mixup
    self.patience = patience
    self.checkpointEverySteps = checkpointEverySteps
    self.validateEveryEpochs = validateEveryEpochs
    self.progressEverySteps = progressEverySteps
    self.synchronizesBatchNorm = synchronizesBatchNorm
    self.threads = threads
  }

  /// Whole-network distillation from the float network with Adam, the defaults for fine-tuning a
  /// hashed network.
  ///
  /// Codes that flip leave batch norm's running statistics behind, so they are measured anew, and
  /// are many from step to step, so a running average of the weights is what is measured and kept.
  /// The learning rate is one that hashed codes survive: with four times as much a ResNet-20 falls below
  /// its start and has hardly come back after eight epochs.
  public static let finetuning = TrainingOptions(
    duration: .epochs(8), optimizer: .adam(), learningRate: 5e-4, weightDecay: 0,
    warmupSteps: 500, loss: .distillation(),
    straightThrough: StraightThrough(dampening: Dampening(strength: 0.01)),
    averageDecay: 0.99, statisticsBatches: 10)

  /// The defaults for training a network whose weights are binary: those of ``finetuning``, with
  /// the labels alone and nothing that the published methods do not have.
  public static let binaryTraining: TrainingOptions = {
    var options = finetuning
    options.duration = .epochs(10)
    options.learningRate = 2e-3
    options.loss = .crossEntropy()
    options.straightThrough = StraightThrough()
    options.averageDecay = nil
    return options
  }()

  /// ``finetuning``'s dampening where it fits the other options; `nil` for SGD, whose steps shrink
  /// with the gradient until the push is stronger than all of them, and where scales are not
  /// learned, since a scale that is the latent weights' mean magnitude would grow with the push.
  public var usualDampening: Dampening? {
    guard case .adam = optimizer, straightThrough.scale == .learned else { return nil }
    return Self.finetuning.straightThrough.dampening
  }

  /// Trains with a published method; ``TrainingMethod/float`` leaves everything as it is.
  public mutating func take(_ method: TrainingMethod) {
    guard let straightThrough = method.straightThrough else { return }
    self.straightThrough = straightThrough
    binary = true
  }
}
