import ArgumentParser
import SignetHashing
import SignetTraining

/// How a model is binarized.
struct BinarizationArguments: ParsableArguments {
  @Option(help: "Calibration images; their labels are not used.")
  var images = 1024

  @Option(
    help: """
      bwnh: codes by hashing; bwn: sign and mean magnitude; error-feedback: GPTQ's rounding at \
      one bit.
      """)
  var method: BinarizationOptions.Method = .bwnh

  @Flag(
    inversion: .prefixedNo,
    help: "Take the inputs' means out of the problem; --no-center is the paper's plainer form.")
  var center = true

  @Flag(help: "Solve with the float network's inputs on both sides.")
  var symmetric = false

  @Flag(
    inversion: .prefixedNo,
    help: "Let layers that end a residual branch make up for the error of what they are added to.")
  var compensate = true

  @Flag(
    inversion: .prefixedNo,
    help: """
      Weight the positions of a layer's output by their Fisher information: by how much the \
      outputs feel them.
      """)
  var fisher = true

  @Flag(
    inversion: .prefixedNo,
    help: "Fit float layers that stand behind binary ones to their changed inputs.")
  var refit = true

  @Flag(
    inversion: .prefixedNo,
    help: "Give each filter a constant beside its codes (with --method bwnh).")
  var constants = true

  @Flag(
    inversion: .prefixedNo,
    help: """
      Give input channels scales, where they cost little to store or nothing to run (with --method \
      bwnh).
      """)
  var inputScales = true

  @Option(
    help: """
      Layers left in float, separated by commas: first (behind each input), last (before each \
      output), depthwise, distribution (of a detector's box sides), names and globs; or none.
      """,
    transform: { try KeepPattern(parsing: $0) })
  var keep: KeepPattern = .usual

  @Option(
    help:
      """
      Most memory to take, such as 2GiB or 500MB; activations that do not fit lie in a file beside \
      the checkpoint.
      """)
  var memory = ByteSize(bytes: 2 << 30)

  @Option(help: "How long to search for better codes, 0 to 3; 0 is the paper's procedure.")
  var effort = BinarizationOptions().effort.rawValue

  @Flag(
    help: """
      The paper's procedure and nothing else: effort 0, not centered, not compensated, not \
      weighted, not refitted, no constants, no input scales.
      """)
  var paper = false

  @Option(
    help: """
      Codes per filter, 1 to 4, or auto: the smallest --budget that keeps what --target-drop says.
      """)
  var codes = CodeCountArgument.count(1)

  @Option(
    help: ArgumentHelp(
      """
      With --codes auto: how far agreement with float on held-out images (fidelity, where outputs \
      are no classes) may fall below 100. (default: 1)
      """, valueName: "points"))
  var targetDrop: Double?

  @Option(
    help: ArgumentHelp(
      """
      Choose the codes of each filter, 1 to 4, or 8 bits for a whole layer, by their effect on the \
      output, with this many bits per weight on average, from 1 up.
      """, valueName: "bits"))
  var budget: Double?

  @Flag(help: "Measure how the output changes when each layer alone is binary.")
  var sensitivity = false

  @Option(
    help: """
      Ridge on the Gram matrix, as a share of its mean diagonal element: holds codes to the float \
      weights. 0.2 suits codes that a few epochs of fine-tuning follow.
      """)
  var ridge: Float = 0

  @Option(help: "Which calibration images are taken, and the search's random numbers.")
  var seed: UInt64 = 0

  func validate() throws {
    if budget != nil, codes != .count(1) {
      throw ValidationError("--budget chooses the codes itself; leave --codes out")
    }
    if targetDrop != nil, codes != .automatic {
      throw ValidationError("--target-drop needs --codes auto")
    }
    do throws(TrainingError) {
      try resolved().check()
    } catch {
      guard case .option(let name, let expected, let found) = error else { throw error }
      throw ValidationError("\(Self.argument(name)): expected \(expected), found \(found)")
    }
  }

  /// The argument that sets an option.
  private static func argument(_ option: String) -> String {
    switch option {
    case "memoryBytes": "--memory"
    case "targetDrop": "--target-drop"
    default: "--" + option
    }
  }

  /// - Parameter threads: `nil`: as many as libtorch takes
  func resolved(threads: Int? = nil) throws(TrainingError) -> BinarizationOptions {
    var options = BinarizationOptions()
    options.images = images
    options.method = method
    options.centred = center
    options.symmetric = symmetric
    options.compensates = compensate
    options.isFisherWeighted = fisher
    options.refitsFloatLayers = refit
    options.fitsConstants = constants
    options.scalesInputs = inputScales
    options.keep = keep
    options.memoryBytes = memory.bytes
    options.effort = try BinarizationOptions.effort(level: effort)
    if paper { options.keepToThePaper() }
    switch codes {
    case .count(let count): options.codes = count
    case .automatic: options.targetDrop = targetDrop ?? 1
    }
    options.budget = budget
    options.measuresSensitivity = sensitivity
    options.ridge = ridge
    options.seed = seed
    options.threads = threads
    return options
  }
}

extension BinarizationOptions.Method: ExpressibleByArgument {}
