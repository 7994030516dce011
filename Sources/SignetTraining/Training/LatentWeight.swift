import Foundation
import SignetModel
import Torch

/// Float numbers whose signs are the codes of a binary layer, and its scales.
struct LatentWeight {
  /// K × O × …
  var latent: Tensor
  /// α: K × O; what is trained where scales are learned.
  var scale: Tensor
  /// Whether the sign is taken of standardised latents.
  var standardizes = false
  /// β: O; `nil`: none. Trained like scales.
  var constant: Tensor?
  var parts = LatentParts()

  /// c ∘ (Σ_k α_k sign(x_k) + β), differentiable: O × …
  ///
  /// - Parameters:
  ///   - progress: the share of the run that is done, 0 to 1
  ///   - training: with the method's rounding; else the weight as it is measured and saved
  func weight(
    _ method: StraightThrough, progress: Double = 1, training: Bool = false
  ) throws(TorchError) -> Tensor {
    var weight = try coded(method, progress: progress, training: training)
    if let constant {
      weight = try weight + constant.reshape([-1] + patchDimensions.map { _ in 1 })
    }
    if let factors = parts.factors { weight = try weight * factors }
    return weight
  }

  private func coded(
    _ method: StraightThrough, progress: Double, training: Bool
  ) throws(TorchError) -> Tensor {
    let x = try signed()
    let scale = try scales(method.scale)
    guard training else { return try Tensor.binaryWeight(latent: x, scale: scale) }
    switch method.rounding {
    case .sign:
      return try Self.weight(x, value: x, scale: scale, method.gradient, progress: progress)
    case .stochastic:
      let codes = try StochasticCodes.drawn(from: x)
      return try Self.weight(x, value: codes, scale: scale, method.gradient, progress: progress)
    case .filters:
      return try QuantizedFilters(share: QuantizedFilters.share(progress: progress))
        .weight(
          latent: latent,
          binary: noGrad { () throws(TorchError) in
            try Tensor.binaryWeight(latent: x, scale: scale)
          })
    }
  }

  /// - Parameters:
  ///   - x: what gradients flow to
  ///   - value: has the codes' signs
  private static func weight(
    _ x: Tensor, value: Tensor, scale: Tensor, _ gradient: StraightThrough.Gradient,
    progress: Double
  ) throws(TorchError) -> Tensor {
    switch gradient {
    case .identity:
      return try Tensor.binaryWeight(latent: value.carrying(x), scale: scale)
    case .clipped(let bound):
      guard value === x else {
        let inside = try x.clamp(-bound, bound)
        return try Tensor.binaryWeight(latent: value.carrying(inside), scale: scale)
      }
      return try Tensor.binaryWeight(latent: x, scale: scale, clip: bound)
    case .errorDecay:
      let t = ErrorDecay.steepness(progress: progress)
      let soft = try (x * t).tanh() * max(1 / t, 1)
      return try Tensor.binaryWeight(latent: value.detach().carrying(soft), scale: scale)
    }
  }

  /// The numbers whose signs are the codes: K × O × …
  func signed() throws(TorchError) -> Tensor {
    guard standardizes else { return latent }
    let variance = try latent.variance(patchDimensions, keepDimensions: true)
    // A filter of equal numbers has no deviation to divide by.
    return try centred() / (variance + 1e-20).sqrt()
  }

  /// K × O
  func scales(_ kind: StraightThrough.Scale) throws(TorchError) -> Tensor {
    let scales = try allScales(kind)
    return try parts.mask.map { (mask) throws(TorchError) in try scales * mask } ?? scales
  }

  private func allScales(_ kind: StraightThrough.Scale) throws(TorchError) -> Tensor {
    switch kind {
    case .learned: scale
    case .mean: try (standardizes ? centred() : latent).abs().mean(patchDimensions)
    case .unit: try Tensor.ones(Array(latent.shape.prefix(2)))
    }
  }

  private func centred() throws(TorchError) -> Tensor {
    try latent - latent.mean(patchDimensions, keepDimensions: true)
  }

  private var patchDimensions: [Int] { Array(2..<latent.rank) }
}

/// The schedule of the error decay estimator.
enum ErrorDecay {
  /// t = 0.1 · 100^progress
  static func steepness(progress: Double) -> Double {
    0.1 * pow(100, min(1, max(0, progress)))
  }
}

/// BinaryConnect's random codes.
enum StochasticCodes {
  /// ±1 from the process's generator, +1 with the probability clip((x + 1) / 2, 0, 1).
  static func drawn(from x: Tensor) throws(TorchError) -> Tensor {
    try noGrad { () throws(TorchError) in
      let probability = try ((x + 1) / 2).clamp(0, 1)
      let draw = try Tensor.rand(x.shape, generator: .process)
      return try draw.ge(probability).to(.float32) * -2 + 1
    }
  }
}

extension Tensor {
  /// This value with the gradient of `source`: nothing is rounded, since what is added is zero.
  func carrying(_ source: Tensor) throws(TorchError) -> Tensor {
    guard self !== source else { return self }
    return try self + (source - source.detach())
  }
}
