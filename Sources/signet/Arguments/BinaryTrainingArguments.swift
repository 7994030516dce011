import ArgumentParser
import SignetTraining

/// How the binary layers of a network are trained.
struct BinaryTrainingArguments: ParsableArguments {
  enum GradientName: String, ExpressibleByArgument, CaseIterable {
    case identity, clipped, ede
  }

  @Option(
    help: """
      How float layers are trained: float leaves them as they are; binaryconnect, \
      binaryconnect-stochastic, bwn and sq-bwn are the published ways to make them binary.
      """)
  var method: TrainingMethod = .float

  @Option(
    help: "With a binary method: layers left in float: first, last, none, names and globs.",
    transform: { try KeepPattern(parsing: $0) })
  var keep: KeepPattern = .usual

  @Option(
    help: ArgumentHelp(
      """
      What stands for the derivative of the sign: identity, clipped at 1, or ede (IR-Net's error \
      decay estimator). (default: the method's, else identity)
      """, visibility: .hidden))
  var gradient: GradientName?

  @Option(
    help: ArgumentHelp(
      """
      The scale of a filter: learned, the mean magnitude of its latent weights, or unit. \
      (default: the method's, else learned)
      """, visibility: .hidden))
  var scale: StraightThrough.Scale?

  @Flag(
    help: ArgumentHelp(
      "Bring latent weights to zero mean and unit variance per filter before the sign.",
      visibility: .hidden))
  var standardize = false

  @Option(
    help: ArgumentHelp(
      """
      Push latent weights near zero away from it, by so much of the learning rate, so that fewer \
      codes flip back and forth; 0 does not. (default: \(Self.usualDampening) with adam and \
      learned scales, else 0)
      """, valueName: "strength"))
  var dampening: Double?

  @Flag(
    help: ArgumentHelp(
      "Leave the codes as they are and train the rest: scales, constants, biases and float layers.",
      visibility: .hidden))
  var freezeCodes = false

  private static let usualDampening =
    TrainingOptions.finetuning.straightThrough.dampening?.strength ?? 0

  func validate() throws {
    try check("--dampening", dampening, in: 0...1)
  }

  func apply(to options: inout TrainingOptions) {
    options.take(method)
    options.keep = keep
    switch gradient {
    case .identity: options.straightThrough.gradient = .identity
    case .clipped: options.straightThrough.gradient = .clipped()
    case .ede: options.straightThrough.gradient = .errorDecay
    case nil: break
    }
    if let scale { options.straightThrough.scale = scale }
    if standardize { options.straightThrough.standardizes = true }
    if let dampening {
      options.straightThrough.dampening = dampening > 0 ? Dampening(strength: dampening) : nil
    } else if method != .float || options.straightThrough.dampening != nil {
      options.straightThrough.dampening = options.usualDampening
    }
    if freezeCodes {
      options.latentLearningRate = 0
      options.straightThrough.dampening = nil
    }
  }
}

extension TrainingMethod: ExpressibleByArgument {}
extension StraightThrough.Scale: ExpressibleByArgument {}
