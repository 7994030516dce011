/// What was done to a model, oldest first.
public struct Provenance: Sendable, Hashable, Codable {
  public struct Step: Sendable, Hashable, Codable {
    /// The verb: `import`, `train`, `binarize`, `finetune`.
    public var verb: String
    /// The data specification, if data was used.
    public var data: String?
    public var seed: UInt64?
    /// The options that shaped the result, by name.
    public var options: [String: String]
    /// Measured results by name, e.g. `top1` in percent.
    public var results: [String: Double]
    /// Per layer measurements, in forward order.
    public var layers: [LayerRecord]

    public init(
      verb: String, data: String? = nil, seed: UInt64? = nil, options: [String: String] = [:],
      results: [String: Double] = [:], layers: [LayerRecord] = []
    ) {
      self.verb = verb
      self.data = data
      self.seed = seed
      self.options = options
      self.results = results
      self.layers = layers
    }
  }

  public var steps: [Step]

  public init(steps: [Step] = []) {
    self.steps = steps
  }

  public func adding(_ step: Step) -> Provenance {
    Provenance(steps: steps + [step])
  }

  /// The latest measurement of each binarized layer.
  public var layerRecords: [LayerRecord] {
    steps.last { !$0.layers.isEmpty }?.layers ?? []
  }
}

/// How the hashing of one layer went.
public struct LayerRecord: Sendable, Hashable, Codable {
  public var name: String
  /// N
  public var filters: Int
  /// S
  public var patchLength: Int
  /// Relative output error ‖S−Ŝ‖²/‖S‖² with sign(w) and mean|w|.
  public var errorBefore: Double
  /// The same with the solved codes and scales.
  public var errorAfter: Double
  /// Codes that differ from the start, summed over sweeps.
  public var flips: Int
  /// Wall-clock time. Reports carry it; model files do not, so that the same inputs give the same
  /// bytes.
  public var seconds: Double?

  public init(
    name: String, filters: Int, patchLength: Int, errorBefore: Double, errorAfter: Double,
    flips: Int, seconds: Double? = nil
  ) {
    self.name = name
    self.filters = filters
    self.patchLength = patchLength
    self.errorBefore = errorBefore
    self.errorAfter = errorAfter
    self.flips = flips
    self.seconds = seconds
  }

  /// The record as a model file keeps it.
  public var untimed: LayerRecord {
    var copy = self
    copy.seconds = nil
    return copy
  }
}
