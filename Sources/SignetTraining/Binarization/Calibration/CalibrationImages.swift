import SignetData
import SignetModel

/// Which images a binarization works with, known before it begins.
public struct CalibrationImages: Sendable, Hashable {
  /// Why fewer images than asked for calibrate.
  public enum Limit: Sendable, Hashable {
    /// The set has no more that are not held out.
    case dataset
    /// The memory allowed, in bytes; `layer` is where it is fullest.
    case memory(bytes: Int, layer: String)
  }

  /// Images asked for.
  public let asked: Int
  /// Images of the set.
  public let available: Int
  /// Images that calibrate.
  public let taken: Int
  /// Images that calibrate nothing, to measure the result with.
  public let heldOut: Int
  /// `nil` where all asked for are taken.
  public let limit: Limit?
  /// Whether activations are held in half the memory, as bfloat16.
  public let holdsBFloat16: Bool

  /// The fewest that are worth a start, unless fewer are asked for.
  static let fewest = 16

  /// - Throws: ``TrainingError/memory(layer:images:needed:allowed:)`` where not even a few fit.
  init(
    options: BinarizationOptions, dataset: any ImageDataset, memory: CalibrationMemory
  ) throws(TrainingError) {
    asked = options.images
    available = dataset.count
    guard available > 0 else {
      throw .mismatch(what: dataset.name, expected: "at least one image", found: "none")
    }
    heldOut = min(options.heldOutImages, max(available / 10, available - asked))
    let most = min(asked, available - heldOut)
    let allowed = options.memoryBytes
    holdsBFloat16 = memory.images(within: allowed, half: false) < most
    let fits = memory.images(within: allowed, half: holdsBFloat16)
    let fewest = min(Self.fewest, most)
    guard fits >= fewest else {
      let peak = memory.peak(images: fewest, half: true)
      throw .memory(layer: peak.layer, images: fewest, needed: peak.bytes, allowed: allowed)
    }
    taken = min(most, fits)
    if taken < most {
      limit = .memory(bytes: allowed, layer: memory.peak(images: most, half: true).layer)
    } else {
      limit = taken < asked ? .dataset : nil
    }
  }
}
