import SignetHashing
import SignetModel

/// How a network's weights become codes.
public struct BinarizationOptions: Sendable, Hashable {
  /// How codes and scales are found.
  public enum Method: String, Sendable, CaseIterable {
    /// Inner-product preserving hashing ("From Hashing to CNNs", Hu, Wang & Cheng, AAAI 2018).
    case bwnh
    /// Sign and mean magnitude (BWN, "XNOR-Net", Rastegari et al., ECCV 2016); data only measures
    /// the error.
    case bwn
    /// Error-feedback rounding at one bit: every code makes up for what those before it left
    /// (GPTQ, Frantar et al., ICLR 2023), without any descent.
    case errorFeedback = "error-feedback"
  }

  /// How codes and scales are found.
  public var method: Method
  /// Inputs and outputs count from their means; the offset goes into the following batch norm or
  /// the bias.
  public var centred: Bool
  /// Takes the float network's inputs on both sides, X̃ = X, as if earlier layers were float.
  public var symmetric: Bool
  /// A layer whose output is added to another value also makes up for that value's error, which
  /// it otherwise would not know of. Nothing to do where `symmetric`.
  public var compensates: Bool
  /// Positions of a layer's output are Fisher-weighted: they count by how much the network's outputs
  /// feel them.
  public var isFisherWeighted: Bool
  /// Float layers behind binary ones take the weights that bring their outputs closest to the float
  /// network's, held to their own weights by a ridge. Nothing to do where `symmetric`.
  public var refitsFloatLayers: Bool
  /// Each filter has a constant β beside its codes, the best for them (BWNH).
  public var fitsConstants: Bool
  /// Input channels have scales, where they cost little to store or nothing to run (BWNH).
  public var scalesInputs: Bool
  /// Layers left in float.
  public var keep: KeepPattern
  /// Calibration images, without labels. Fewer are taken where the set has no more to spare, or
  /// where more would not fit into ``memoryBytes``.
  public var images: Int
  /// Images of the set that calibrate nothing and measure the result, at most: those left, or a tenth
  /// of the set.
  public var heldOutImages: Int
  /// Images per forward step, at most; large ones go through the network in smaller parts.
  public var batchSize: Int
  /// The most memory that the process should take, what it takes without any network included
  /// (some 300 MB). Activations are held as bfloat16 where float32 would pass it, and in a file
  /// beside the checkpoint where that would, too.
  public var memoryBytes: Int
  /// How layers are solved, all but the threads; the seed also chooses the images.
  public var hashing: HashingOptions
  /// Bits per weight on average over the layers that are not kept: chooses the codes of each filter
  /// from the effects on the network's output, 1 to 4, or leaves the layer float; `codes` is then not
  /// used.
  public var budget: Double?
  /// Looks for the smallest ``budget`` that loses at most so much, in points of a hundred: of
  /// agreement with the float network on held-out images where all outputs are of classes, of
  /// fidelity else.
  public var targetDrop: Double?
  /// Measures the network's output with each layer alone binary.
  public var measuresSensitivity: Bool
  /// λ of the ridge, relative to G's mean diagonal element.
  public var ridge: Float
  /// Patches taken of each image, at random positions; `nil`: all.
  public var patchesPerImage: Int?
  /// Threads of libtorch and of the solver; `nil`: libtorch's as they are, the solver as many.
  public var threads: Int?

  /// Options whose usual values are the command's.
  public init(
    method: Method = .bwnh, centred: Bool = true, symmetric: Bool = false,
    compensates: Bool = true, isFisherWeighted: Bool = true, refitsFloatLayers: Bool = true,
    fitsConstants: Bool = true, scalesInputs: Bool = true,
    keep: KeepPattern = .usual, images: Int = 1024, heldOutImages: Int = 500,
    batchSize: Int = 128,
    memoryBytes: Int = 2 << 30, seed: UInt64 = 0, effort: HashingOptions.Effort = .search,
    sweeps: Int = 20, codes: Int = 1, budget: Double? = nil, targetDrop: Double? = nil,
    measuresSensitivity: Bool = false,
    ridge: Float = 0, patchesPerImage: Int? = nil, threads: Int? = nil
  ) {
    self.method = method
    self.centred = centred
    self.symmetric = symmetric
    self.compensates = compensates
    self.isFisherWeighted = isFisherWeighted
    self.refitsFloatLayers = refitsFloatLayers
    self.fitsConstants = fitsConstants
    self.scalesInputs = scalesInputs
    self.keep = keep
    self.images = images
    self.heldOutImages = heldOutImages
    self.batchSize = batchSize
    self.memoryBytes = memoryBytes
    hashing = HashingOptions(sweeps: sweeps, effort: effort, codes: codes, threads: 1, seed: seed)
    self.budget = budget
    self.targetDrop = targetDrop
    self.measuresSensitivity = measuresSensitivity
    self.ridge = ridge
    self.patchesPerImage = patchesPerImage
    self.threads = threads
  }

  /// Leaves out whatever goes beyond the paper: what follows is its procedure alone.
  public mutating func keepToThePaper() {
    effort = .paper
    centred = false
    compensates = false
    isFisherWeighted = false
    refitsFloatLayers = false
    fitsConstants = false
    scalesInputs = false
  }

  /// Whether positions of the outputs are Fisher-weighted; the probability of one class alone tells
  /// nothing.
  func isFisherWeighted(_ model: Model) -> Bool {
    isFisherWeighted && method != .bwn
      && model.graph.outputs.contains {
        !model.outputKind(of: $0).isOfClasses || model.graph.shape(of: $0).elementCount > 1
      }
  }

  var refits: Bool { refitsFloatLayers && !symmetric && method != .bwn }

  var hasConstants: Bool { fitsConstants && method == .bwnh }

  var hasInputScales: Bool { scalesInputs && method == .bwnh }
}

/// The options of the solver under their own names.
extension BinarizationOptions {
  /// Of the order of images and of random starts.
  public var seed: UInt64 {
    get { hashing.seed }
    set { hashing.seed = newValue }
  }

  /// How long the search for better codes goes on.
  public var effort: HashingOptions.Effort {
    get { hashing.effort }
    set { hashing.effort = newValue }
  }

  /// Passes over the coordinates of one descent at most.
  public var sweeps: Int {
    get { hashing.sweeps }
    set { hashing.sweeps = newValue }
  }

  /// K: codes per filter.
  public var codes: Int {
    get { hashing.codes }
    set { hashing.codes = newValue }
  }
}
