/// How the hashing of one layer went.
public struct LayerRecord: Sendable, Hashable, Codable {
  /// The layer's name in the graph.
  public var name: String
  /// N
  public var filters: Int
  /// S
  public var patchLength: Int
  /// K, or the largest where filters have different numbers; absent from files of before several
  /// codes were recorded.
  public var codes: Int?
  /// The mean of the filters' numbers of codes where they differ.
  public var bits: Double?
  /// Relative output error ‖S−Ŝ‖²/‖S‖² with sign(w) and mean|w|.
  public var errorBefore: Double
  /// The same with the solved codes and scales.
  public var errorAfter: Double
  /// Codes changed on the way, back and forth.
  public var flips: Int
  /// Share of the codes that are not those of sign(w) in the end: 0…1; absent from files of before it
  /// was recorded.
  public var changedCodes: Double?
  /// The network's output when only this layer is binary, if that was measured.
  public var sensitivity: OutputChange?
  /// Wall-clock time. Reports carry it; model files do not, so that the same inputs give the same
  /// bytes.
  public var seconds: Double?

  /// A record of what was measured.
  public init(
    name: String, filters: Int, patchLength: Int, codes: Int? = nil, bits: Double? = nil,
    errorBefore: Double, errorAfter: Double, flips: Int, changedCodes: Double? = nil,
    sensitivity: OutputChange? = nil,
    seconds: Double? = nil
  ) {
    self.name = name
    self.filters = filters
    self.patchLength = patchLength
    self.codes = codes
    self.bits = bits
    self.errorBefore = errorBefore
    self.errorAfter = errorAfter
    self.flips = flips
    self.changedCodes = changedCodes
    self.sensitivity = sensitivity
    self.seconds = seconds
  }

  /// The record as a model file keeps it.
  public var untimed: LayerRecord {
    var copy = self
    copy.seconds = nil
    return copy
  }
}

/// How far a network's output moved from the float network's, over some images.
public struct OutputChange: Sendable, Hashable, Codable {
  /// The mean over the outputs: of class probabilities the Kullback–Leibler divergence from the float
  /// network's, in nats and the mean over images; of any other ‖y−ŷ‖²/‖y‖² over all images.
  public var divergence: Double
  /// Images whose class of highest score is another one, the mean over outputs of classes: 0…1;
  /// `nil` where there is no such output.
  public var changedTop1: Double?

  /// A change that was measured.
  public init(divergence: Double, changedTop1: Double?) {
    self.divergence = divergence
    self.changedTop1 = changedTop1
  }
}

/// What a budget of bits gave one layer, and what it was chosen from.
public struct LayerChoice: Sendable, Hashable, Codable {
  /// The layer's name in the graph.
  public var name: String
  /// N × S
  public var weights: Int
  /// K, or the largest where filters have different numbers; 0: the layer is kept in 8 bits.
  public var codes: Int
  /// The mean of the filters' numbers of codes where they differ.
  public var bits: Double?
  /// The network's output with only this layer binary, with 1, 2, … codes per filter.
  public var changes: [OutputChange]

  /// A choice and what it was made from.
  public init(
    name: String, weights: Int, codes: Int, bits: Double? = nil, changes: [OutputChange]
  ) {
    self.name = name
    self.weights = weights
    self.codes = codes
    self.bits = bits
    self.changes = changes
  }
}
