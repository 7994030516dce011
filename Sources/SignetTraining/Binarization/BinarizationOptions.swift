import SignetHashing
import SignetModel

/// How a network's weights become codes.
public struct BinarizationOptions: Sendable, Hashable {
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

  public var method: Method
  /// Inputs and outputs count from their means; the offset goes into the following batch norm or
  /// the bias.
  public var centred: Bool
  /// Takes the float network's inputs on both sides, X̃ = X, as if earlier layers were float.
  public var symmetric: Bool
  /// A layer whose output is added to another value also makes up for that value's error, which
  /// it otherwise would not know of. Nothing to do where `symmetric`.
  public var compensates: Bool
  /// Places of a layer's output count by how much the class scores feel them.
  public var weighsPlaces: Bool
  /// Float layers behind binary ones take the weights that bring their outputs closest to the float
  /// network's, held to their own weights by a ridge. Nothing to do where `symmetric`.
  public var refitsFloatLayers: Bool
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
  /// (some 300 MB). Activations are held as bfloat16 where float32 would pass it.
  public var memoryBytes: Int
  /// Chooses the images and seeds the solver.
  public var seed: UInt64
  public var effort: HashingOptions.Effort
  /// Passes over the coordinates of one descent at most.
  public var sweeps: Int
  /// K: codes per filter, 1 to 4.
  public var codes: Int
  /// Bits per weight on average over the layers that are not kept: chooses the codes of each layer
  /// from the effects on the network's output, 1 to 4 or none, which leaves it float; `codes` is
  /// then not used.
  public var budget: Double?
  /// Measures the network's output with each layer alone binary.
  public var measuresSensitivity: Bool
  /// λ of the ridge, relative to G's mean diagonal element.
  public var ridge: Float
  /// Patches taken of each image, at random places; `nil`: all.
  public var patchesPerImage: Int?
  /// Threads of libtorch and of the solver; `nil`: libtorch's as they are, the solver as many.
  public var threads: Int?

  public init(
    method: Method = .bwnh, centred: Bool = true, symmetric: Bool = false,
    compensates: Bool = true, weighsPlaces: Bool = true, refitsFloatLayers: Bool = true,
    keep: KeepPattern = .firstAndLast, images: Int = 1024, heldOutImages: Int = 500,
    batchSize: Int = 128,
    memoryBytes: Int = 2 << 30, seed: UInt64 = 0, effort: HashingOptions.Effort = .search,
    sweeps: Int = 20, codes: Int = 1, budget: Double? = nil, measuresSensitivity: Bool = false,
    ridge: Float = 0, patchesPerImage: Int? = nil, threads: Int? = nil
  ) {
    self.method = method
    self.centred = centred
    self.symmetric = symmetric
    self.compensates = compensates
    self.weighsPlaces = weighsPlaces
    self.refitsFloatLayers = refitsFloatLayers
    self.keep = keep
    self.images = images
    self.heldOutImages = heldOutImages
    self.batchSize = batchSize
    self.memoryBytes = memoryBytes
    self.seed = seed
    self.effort = effort
    self.sweeps = sweeps
    self.codes = codes
    self.budget = budget
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
    weighsPlaces = false
    refitsFloatLayers = false
  }

  /// Whether places of the outputs count by what the scores feel; a single output tells nothing.
  func weighsPlaces(of model: Model) -> Bool {
    weighsPlaces && method != .bwn && model.graph.outputShape.elementCount > 1
  }

  var refits: Bool { refitsFloatLayers && !symmetric && method != .bwn }

  func check() throws(TrainingError) {
    try require(images >= 1, "images", "at least 1", images)
    try require(heldOutImages >= 0, "heldOutImages", "0 or more", heldOutImages)
    try require(batchSize >= 1, "batchSize", "at least 1", batchSize)
    try require(memoryBytes >= 1 << 20, "memoryBytes", "at least 1 MiB", memoryBytes)
    try require(sweeps >= 0, "sweeps", "0 or more", sweeps)
    try require((1...4).contains(codes), "codes", "1 to 4", codes)
    try require((1...32).contains(budget ?? 1), "budget", "1 to 32 bits", budget ?? 1)
    try require(ridge.isFinite && ridge >= 0, "ridge", "0 or more", ridge)
    try require(patchesPerImage ?? 1 >= 1, "patchesPerImage", "at least 1", patchesPerImage ?? 1)
    try require(threads ?? 1 >= 1, "threads", "at least 1", threads ?? 1)
  }

  private func require(
    _ condition: Bool, _ name: String, _ expected: String, _ found: some CustomStringConvertible
  ) throws(TrainingError) {
    guard condition else { throw .option(name: name, expected: expected, found: "\(found)") }
  }

  /// The options that shape the result, by name.
  var described: [String: String] {
    var options = ["method": method.rawValue, "keep": "\(keep)"]
    if let budget { options["budget"] = "\(budget)" } else { options["codes"] = "\(codes)" }
    if measuresSensitivity { options["sensitivity"] = "true" }
    guard method != .bwn else { return options }
    options["centred"] = "\(centred)"
    options["compensated"] = "\(compensates && !symmetric)"
    options["fisher"] = "\(weighsPlaces)"
    options["refitted"] = "\(refits)"
    options["symmetric"] = "\(symmetric)"
    options["images"] = "\(images)"
    options["effort"] = "\(effort.rawValue)"
    options["sweeps"] = "\(sweeps)"
    if ridge != 0 { options["ridge"] = "\(ridge)" }
    if let patchesPerImage { options["patchesPerImage"] = "\(patchesPerImage)" }
    return options
  }
}
