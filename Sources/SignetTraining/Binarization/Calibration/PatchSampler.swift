import SignetModel
import Torch

/// Chooses positions of the output map, by seed.
struct PatchSampler {
  private let perImage: Int?
  private var random: SplitMix64

  init(seed: UInt64, layer: Int, perImage: Int?) {
    self.perImage = perImage
    random = SplitMix64(seed: seed &+ UInt64(layer) &* 0x9e37_79b9_7f4a_7c15)
  }

  /// One whose choice does not depend on what other chunks drew.
  func forChunk(_ chunk: Int) -> PatchSampler {
    var copy = self
    copy.random = SplitMix64(seed: SplitMix64.word(seed: random.state, index: UInt64(chunk)))
    return copy
  }

  /// Whether fewer than all positions are taken.
  func isPartial(of positions: Int) -> Bool { perImage.map { $0 < positions } ?? false }

  /// Indices of positions, ascending, or `nil` for all.
  mutating func sample(of positions: Int) throws(TorchError) -> Tensor? {
    guard let perImage, perImage < positions else { return nil }
    let chosen = (0..<positions).shuffled(using: &random).prefix(perImage).sorted()
    return try Tensor(chosen.map(Int64.init), shape: [perImage])
  }
}
