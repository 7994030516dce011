import SignetModel
import Torch

/// Whether images differ at all.
struct ImageVariation {
  /// 1 × C × H × W
  private var first: Tensor?
  private var largest = 0.0
  private(set) var count = 0
  /// A hundredth of the range of pixels as the network sees them.
  private let least: Double

  init(_ preprocessing: Preprocessing) {
    least =
      0.01 * 255 * Double(preprocessing.scale) / Double(preprocessing.std.map(abs).max() ?? 1)
  }

  /// - Parameter images: N × C × H × W
  mutating func add(_ images: Tensor) throws(TorchError) {
    if first == nil { first = try images.narrow(0, start: 0, length: 1).clone() }
    guard let first else { return }
    count += images.shape[0]
    guard largest <= least else { return }
    largest = max(largest, try (images - first).abs().amax().item())
  }

  /// One image alone is not called alike.
  var isNone: Bool { count > 1 && largest <= least }
}
