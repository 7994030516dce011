import Foundation
import Torch

/// Stochastic quantization (Dong et al. 2017, arXiv 1708.01001): in each step a share of a layer's
/// filters is binary, chosen by a roulette in which small quantization errors win more often.
struct QuantizedFilters {
  /// Of the filters, 0 to 1.
  let share: Double

  /// 50, 75, 87.5 and 100 %, each for a quarter of the run (section 4 of the paper).
  static func share(progress: Double) -> Double {
    let shares = [0.5, 0.75, 0.875, 1]
    return shares[min(shares.count - 1, max(0, Int(progress * Double(shares.count))))]
  }

  /// The layer's weights with some filters binary and the others in float; gradients reach all
  /// latent weights as they are (algorithm 1): O × …
  ///
  /// - Parameters:
  ///   - latent: 1 × O × …
  ///   - binary: O × …
  func weight(latent: Tensor, binary: Tensor) throws(TorchError) -> Tensor {
    let float = try latent.squeeze(0)
    guard share < 1 else { return try binary.carrying(float) }
    let mixed = try noGrad { () throws(TorchError) in
      let mask = try mask(float: float, binary: binary)
      return try Tensor.where(mask, binary, float.detach())
    }
    return try mixed.carrying(float)
  }

  /// True for binary filters: O × 1 × …
  private func mask(float: Tensor, binary: Tensor) throws(TorchError) -> Tensor {
    let filters = float.shape[0]
    let dimensions = Array(1..<float.rank)
    // e = ‖w − α b‖₁ / ‖w‖₁ (eq. 3)
    let difference = try (float - binary).abs().sum(dimensions).toFloats()
    let norms = try float.abs().sum(dimensions).toFloats()
    let errors = zip(difference, norms).map { $1 > 0 ? $0 / $1 : 0 }
    let draws = try Tensor.rand([filters], generator: .process).toFloats()
    let chosen = Self.roulette(
      errors: errors, draws: draws, count: Int((share * Double(filters)).rounded()))
    let flags = try Tensor(
      chosen.map { $0 ? 1 : 0 } as [Float],
      shape: [filters] + [Int](repeating: 1, count: float.rank - 1))
    return try flags.ge(0.5)
  }

  /// Chooses `count` filters without replacement with probabilities proportional to
  /// 1 / (e + ε) (eq. 6 of the paper, the linear function).
  ///
  /// Exponential times with these rates: the order of the first ones is that of a roulette spun
  /// again and again with the winners taken out (Efraimidis & Spirakis 2006).
  /// - Parameter draws: uniform in 0 ..< 1, one per filter
  static func roulette(errors: [Float], draws: [Float], count: Int) -> [Bool] {
    let times = zip(errors, draws).map { error, draw in
      -log(1 - Double(draw)) * (Double(error) + 1e-7)
    }
    let first = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }.prefix(count)
    var chosen = [Bool](repeating: false, count: errors.count)
    for filter in first { chosen[filter] = true }
    return chosen
  }
}
