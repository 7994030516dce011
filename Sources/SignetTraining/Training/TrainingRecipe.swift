import SignetData

/// How a paper trained its networks, by name.
public enum TrainingRecipe: String, Sendable, Hashable, CaseIterable {
  /// ResNets on ImageNet: 90 epochs of 256 images, SGD of momentum 0.9 from 0.1, a tenth of it each 30
  /// epochs, weight decay 0.0001 (He et al. 2016, section 3.4), with random parts, flips, colours and
  /// light as fb.resnet.torch changes them.
  case imageNetResNet = "imagenet-resnet"
  /// AlexNet on ImageNet: 90 epochs of 128 images, SGD of momentum 0.9 from 0.01, a tenth of it each 30
  /// epochs, weight decay 0.0005, flips and light (Krizhevsky et al. 2012, sections 4.1 and 5), with
  /// random parts of today's sizes.
  case imageNetAlexNet = "imagenet-alexnet"

  /// The options of a float training as the paper has them; of a training of binary weights only how
  /// images are changed and how many there are in a step, and a third of the epochs: it starts from a
  /// trained network, with an optimizer and a rate of its own.
  public func options(over base: TrainingOptions, isBinary: Bool) -> TrainingOptions {
    var options = base
    options.augmentation = augmentation
    options.batchSize = batchSize
    options.duration = .epochs(isBinary ? 30 : 90)
    guard !isBinary else { return options }
    options.optimizer = .sgd(momentum: 0.9, nesterov: false)
    options.schedule = .step(milestones: [1.0 / 3, 2.0 / 3])
    switch self {
    case .imageNetResNet:
      options.learningRate = 0.1
      options.weightDecay = 1e-4
    case .imageNetAlexNet:
      options.learningRate = 0.01
      options.weightDecay = 5e-4
    }
    return options
  }

  private var batchSize: Int {
    switch self {
    case .imageNetResNet: 256
    case .imageNetAlexNet: 128
    }
  }

  private var augmentation: Augmentation {
    var augmentation = Augmentation.imageNet
    augmentation.lighting = Lighting(deviation: 0.1)
    if self == .imageNetResNet { augmentation.colorJitter = ColorJitter(strength: 0.4) }
    return augmentation
  }
}
