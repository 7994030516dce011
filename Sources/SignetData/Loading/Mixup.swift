import Foundation

/// Training on pairs of images blended into one (Zhang et al. 2018, arXiv 1710.09412): how much of
/// each is a pure function of seed, epoch and step.
public struct Mixup: Sendable, Hashable {
  /// Both parameters of the Beta distribution that shares come from; 0 blends nothing.
  public var alpha: Double

  /// The share of the second image is drawn from Beta(alpha, alpha); 0 blends nothing.
  public init(alpha: Double) {
    self.alpha = alpha
  }

  /// Images are not blended.
  public static let none = Mixup(alpha: 0)
  /// What ``alpha`` may be where images are blended.
  public static let range = 0.05...4.0

  /// The share of the first image, 0 to 1; the second has the rest. `nil` blends nothing.
  public func share(seed: UInt64, epoch: Int, step: Int) -> Double? {
    guard Self.range.contains(alpha) else { return nil }
    var random = RandomStream(seed: seed, purpose: .mixup, epoch: epoch, index: step)
    // Jöhnk 1964: with u^(1/α) + v^(1/α) ≤ 1, the first's share of their sum is Beta(α, α).
    while true {
      let x = pow(random.nextUniform(), 1 / alpha)
      let y = pow(random.nextUniform(), 1 / alpha)
      if x + y <= 1, x + y > 0 { return x / (x + y) }
    }
  }
}
