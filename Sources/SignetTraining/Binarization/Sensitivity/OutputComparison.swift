import SignetModel
import Torch

/// What a network says about some images.
struct ClassProbabilities {
  /// ln p: N × classes
  let logarithms: Tensor
  /// The class of highest score: N
  let top1: Tensor

  /// - Parameter scores: N × classes
  init(scores: Tensor) throws(TorchError) {
    logarithms = try scores.to(.float64).logSoftmax(1)
    top1 = try scores.argmax(1)
  }
}

/// Sums up how one network's output differs from another's.
struct OutputComparison {
  private var divergence = 0.0
  private var same = 0.0
  private var images = 0

  /// Adds KL(p ‖ p̂) and whether the class is the same.
  mutating func add(
    _ changed: ClassProbabilities, to original: ClassProbabilities
  ) throws(TorchError) {
    let difference = try original.logarithms - changed.logarithms
    divergence += try (original.logarithms.exp() * difference).sum().item()
    same += try original.top1.eq(changed.top1).to(.float64).sum().item()
    images += original.top1.shape[0]
  }

  /// Adds what was summed up over other images.
  mutating func add(_ other: OutputComparison) {
    divergence += other.divergence
    same += other.same
    images += other.images
  }

  /// The means over all images; `nil` where scores were not finite.
  var change: OutputChange? {
    guard divergence.isFinite else { return nil }
    let count = Double(max(1, images))
    // Rounding may leave a sum of zeros just below zero.
    return OutputChange(
      divergence: max(0, divergence / count), changedTop1: 1 - same / count)
  }
}
