import SignetModel
import Torch

/// Whether images differ at all.
struct ImageVariation {
  /// By input, 1 × its shape
  private var first: [Tensor]?
  private var largest = 0.0
  private(set) var count = 0
  /// A hundredth of the range of pixels as the network sees them.
  private let least: Double

  init(_ preprocessing: Preprocessing) {
    // Nobody knows the range of what is no image.
    guard preprocessing.channelOrder != .none else {
      least = 0
      return
    }
    least =
      0.01 * 255 * Double(preprocessing.scale) / Double(preprocessing.std.map(abs).max() ?? 1)
  }

  /// - Parameter inputs: one per input, N × its shape
  mutating func add(_ inputs: [Tensor]) throws {
    let first = try first ?? inputs.map { try $0.narrow(0, start: 0, length: 1).clone() }
    self.first = first
    count += inputs.first?.shape[0] ?? 0
    guard largest <= least else { return }
    for (input, own) in zip(inputs, first) {
      largest = max(largest, try (input - own).abs().amax().item())
    }
  }

  /// One image alone is not called alike.
  var isNone: Bool { count > 1 && largest <= least }
}
