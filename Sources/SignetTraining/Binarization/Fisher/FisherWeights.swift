import SignetModel
import Torch

/// The Fisher-weighted positions of the layers' output maps: how much the class scores feel an error
/// at each.
///
/// With the scores' gradient along a random direction of covariance diag(p) − ppᵀ, its squared
/// length over the filters is, in the mean over directions, the Fisher information of that position:
/// what an error there adds to KL(p ‖ p̂). Its root, and a share for every position, count (method.md,
/// equation 16): with the information itself few images decide everything.
struct FisherWeights {
  /// p is taken at this temperature; without it a sure network's gradients vanish.
  static let temperature = 4.0
  /// What every position counts at least, relative to the mean.
  static let floor = 0.1
  /// Directions tried per image.
  static let directions = 2

  /// By layer, then chunk: N × positions.
  private var weights: [Int: [Tensor]] = [:]
  /// By layer: filters
  private let filters: [Int: [Double]]

  /// - Returns: N × positions; `nil` where all count alike
  func weights(ofLayer layer: Int, chunk: Int) -> Tensor? {
    guard let known = weights[layer], known.indices.contains(chunk) else { return nil }
    return known[chunk]
  }

  /// What an error of each filter's outputs counts beside others': ι, one per filter; `nil` where it
  /// is not known.
  func filters(ofLayer layer: Int) -> [Double]? { filters[layer] }

  /// - Parameters:
  ///   - information: by layer, then chunk: N × positions, squared gradients
  ///   - filters: by layer: the same summed over positions and images, one per filter
  init(
    information: [Int: [Tensor]], filters: [Int: [Double]] = [:]
  ) throws(TorchError) {
    self.filters = filters
    for (layer, chunks) in information {
      var sum = 0.0
      var count = 0
      for chunk in chunks {
        sum += try chunk.to(.float64).sum().item()
        count += chunk.shape[0] * chunk.shape[1]
      }
      let mean = sum / Double(max(1, count))
      // A layer whose positions are not felt at all, or beyond measure, is left as it is.
      guard mean > 0, mean.isFinite else { continue }
      weights[layer] = try chunks.map { (chunk) throws(TorchError) in
        try (chunk * (1 / mean)).sqrt() + Self.floor
      }
    }
  }
}
