import Torch

/// A push that drives latent weights away from zero, so that a code flips only where the gradient
/// insists.
///
/// The straight-through gradient takes the sign for a line and does not see that a flip moves the
/// weight by 2α, past where it wanted to go. A latent weight between two wrong codes therefore
/// crosses zero again and again, at every learning rate, and all other weights learn beside a
/// network that flickers. The push grows towards zero as that of the dampening loss of Nagel et al.
/// 2022 ("Overcoming Oscillations in Quantization-Aware Training", arXiv 2203.11086), whose
/// bin centres here are ±reach; it acts on the weights beside the optimiser's step, as AdamW's
/// decay does, so that Adam does not scale it away.
public struct Dampening: Sendable, Hashable {
  /// What a latent weight at zero moves outward in each step, as a share of the learning rate.
  /// Adam moves a weight whose gradient never changes its sign by the whole of it.
  public var strength: Double
  /// Latent weights of this magnitude and more are left alone.
  public var reach: Double

  /// A push of `strength` on latent weights of a magnitude below `reach`.
  public init(strength: Double, reach: Double = 0.05) {
    self.strength = strength
    self.reach = reach
  }

  /// x ← x + learningRate · strength · (sign x − clamp(x, −reach, reach) / reach)
  func apply(to latents: [Tensor], learningRate: Double) throws(TorchError) {
    let push = learningRate * strength
    try noGrad { () throws(TorchError) in
      for latent in latents {
        let inner = try latent.clamp(-reach, reach)
        try latent.addInPlace(latent.sign(), scale: push)
        try latent.subtractInPlace(inner, scale: push / reach)
      }
    }
  }
}

extension Dampening: CustomStringConvertible {
  public var description: String { "dampening \(strength.plain) within \(reach.plain)" }
}
