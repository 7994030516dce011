/// The published ways to train a network whose weights are binary, and training in float.
public enum TrainingMethod: String, Sendable, Hashable, CaseIterable {
  /// Training in float: layers stay as they are.
  case float
  /// BinaryConnect (Courbariaux, Bengio & David 2015, arXiv 1511.00363) with deterministic signs:
  /// no scales, latent weights held within ±1.
  case binaryConnect = "binaryconnect"
  /// BinaryConnect with codes drawn at random in each step.
  case stochasticBinaryConnect = "binaryconnect-stochastic"
  /// Binary weight networks (Rastegari et al. 2016, arXiv 1603.05279): sign and mean magnitude.
  case bwn
  /// Stochastic quantization of BWN (Dong et al. 2017, arXiv 1708.01001).
  case sqBWN = "sq-bwn"

  /// How its binary layers are trained; `nil` leaves float layers in float.
  public var straightThrough: StraightThrough? {
    switch self {
    case .float: nil
    case .binaryConnect: StraightThrough(scale: .unit, latentBound: 1)
    case .stochasticBinaryConnect:
      StraightThrough(scale: .unit, rounding: .stochastic, latentBound: 1)
    case .bwn: StraightThrough(gradient: .clipped(), scale: .mean)
    case .sqBWN: StraightThrough(scale: .mean, rounding: .filters)
    }
  }
}
