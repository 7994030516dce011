import SignetModel
import Torch

/// Turns images normalised for the network into images normalised for its teacher, whose mean,
/// deviation and scale may be others. Sizes stay: the teacher sees the network's crops.
struct TeacherInput {
  /// 1 × C × 1 × 1; `nil` where both want the same
  private let coefficients: (factor: Tensor, offset: Tensor)?

  init(network: Preprocessing, teacher: Preprocessing) throws(TorchError) {
    let same =
      network.mean == teacher.mean && network.std == teacher.std && network.scale == teacher.scale
    guard !same else {
      coefficients = nil
      return
    }
    // With byte = (x · std + mean) / scale of the network.
    let rescaling = teacher.scale / network.scale
    let channels = teacher.mean.indices
    let factors = channels.map { network.std[$0] * rescaling / teacher.std[$0] }
    let offsets = channels.map {
      (network.mean[$0] * rescaling - teacher.mean[$0]) / teacher.std[$0]
    }
    let shape = [1, channels.count, 1, 1]
    coefficients = (try Tensor(factors, shape: shape), try Tensor(offsets, shape: shape))
  }

  /// - Parameter images: N × C × H × W, normalised for the network
  func callAsFunction(_ images: Tensor) throws(TorchError) -> Tensor {
    guard let coefficients else { return images }
    return try images * coefficients.factor + coefficients.offset
  }

  /// - Parameter inputs: one per input of the network, the first of which may be an image
  func callAsFunction(_ inputs: [Tensor]) throws(TorchError) -> [Tensor] {
    guard let image = inputs.first else { return [] }
    return [try self(image)] + inputs.dropFirst()
  }
}
