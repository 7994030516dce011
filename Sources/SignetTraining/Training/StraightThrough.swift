/// How latent weights become the codes and scales a binary layer computes with, and how gradients
/// find their way back to them.
///
/// The default trains the scales and takes the derivative of the sign for 1. The named methods of
/// the literature are in ``TrainingMethod``.
public struct StraightThrough: Sendable, Hashable {
  /// What stands for the derivative of the sign.
  public enum Gradient: Sendable, Hashable {
    /// 1 (Bengio, Léonard & Courville 2013, arXiv 1308.3432).
    case identity
    /// 1 where the number under the sign is at most `bound` in magnitude, else 0 (Courbariaux et
    /// al. 2016, arXiv 1602.02830, eq. 4).
    case clipped(bound: Double = 1)
    /// The error decay estimator of IR-Net (Qin et al. 2020, arXiv 1909.10788, section 3.3): the
    /// derivative of k·tanh(t·x) with t from 0.1 to 10 over the run and k = max(1/t, 1). Near the
    /// identity at first, near the sign at last. Its t is meant for standardised latent weights.
    case errorDecay
  }

  /// The scale α of a filter.
  public enum Scale: String, Sendable, Hashable, CaseIterable {
    /// A parameter of its own.
    case learned
    /// The mean magnitude of the filter's latent weights; gradients pass through it (XNOR-Net's
    /// BWN, Rastegari et al. 2016, arXiv 1603.05279, eq. 6 and section 3.1).
    case mean
    /// 1 (BinaryConnect).
    case unit
  }

  /// How codes are drawn from latent weights while training. Measured and saved are the signs.
  public enum Rounding: String, Sendable, Hashable, CaseIterable {
    /// The sign.
    case sign
    /// +1 with the probability clip((x + 1) / 2, 0, 1) (BinaryConnect, Courbariaux, Bengio & David
    /// 2015, arXiv 1511.00363, eq. 2 and 3).
    case stochastic
    /// A share of each layer's filters that grows to all of them, the others staying in float
    /// (stochastic quantization, Dong et al. 2017, arXiv 1708.01001); one code per filter.
    case filters
  }

  /// What stands for the derivative of the sign.
  public var gradient: Gradient
  /// Where a filter's α comes from.
  public var scale: Scale
  /// How codes are drawn while training.
  public var rounding: Rounding
  /// Latent weights are brought to zero mean and unit variance per filter before the sign (IR-Net's
  /// balanced and standardised weights, arXiv 1909.10788, eq. 7).
  public var standardizes: Bool
  /// Latent weights are held within ± this after each step; infinite: nowhere.
  public var latentBound: Double
  /// Keeps latent weights from dwelling at zero; `nil` lets them.
  public var dampening: Dampening?

  /// Learned scales and the identity as gradient by default.
  public init(
    gradient: Gradient = .identity, scale: Scale = .learned, rounding: Rounding = .sign,
    standardizes: Bool = false, latentBound: Double = .infinity, dampening: Dampening? = nil
  ) {
    self.gradient = gradient
    self.scale = scale
    self.rounding = rounding
    self.standardizes = standardizes
    self.latentBound = latentBound
    self.dampening = dampening
  }
}

extension StraightThrough: CustomStringConvertible {
  public var description: String {
    var words = [
      "\(gradient) gradient", "\(scale.rawValue) scale", "\(rounding.rawValue) rounding",
    ]
    if standardizes { words.append("standardized") }
    if latentBound.isFinite { words.append("latents within \(latentBound.plain)") }
    if let dampening { words.append("\(dampening)") }
    return words.joined(separator: ", ")
  }
}

extension StraightThrough.Gradient: CustomStringConvertible {
  public var description: String {
    switch self {
    case .identity: "identity"
    case .clipped(let bound): "at \(bound.plain) clipped"
    case .errorDecay: "ede"
    }
  }
}
