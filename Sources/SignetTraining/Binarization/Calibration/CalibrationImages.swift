import Foundation
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
    /// The room left in the folder that activations would go to, in bytes.
    case scratch(bytes: Int, folder: String)
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
  /// How activations are held: as they are where memory allows, else rounded, else in a file.
  public let activations: ActivationStorage
  /// What that file takes at most; 0 without one.
  public let fileBytes: Int

  /// The fewest that are worth a start, unless fewer are asked for.
  static let fewest = 16

  /// - Parameter scratch: where a file may go
  /// - Throws: ``TrainingError/memory(layer:images:needed:allowed:)`` where not even a few fit.
  init(
    options: BinarizationOptions, dataset: any ImageDataset, memory: CalibrationMemory,
    scratch: URL
  ) throws(TrainingError) {
    asked = options.images
    available = dataset.count
    guard available > 0 else {
      throw .mismatch(what: dataset.name, expected: "at least one image", found: "none")
    }
    heldOut = min(options.heldOutImages, max(available / 10, available - asked))
    let most = min(asked, available - heldOut)
    let allowed = options.memoryBytes
    let room = memory.room(within: allowed, scratch: ScratchFile.freeBytes(in: scratch) ?? 0)
    let fewest = min(Self.fewest, most)
    // The first that holds all asked for, or else the most.
    let best = room.first { $0.images >= most } ?? room.max { $0.images < $1.images }
    guard let best, best.images >= fewest else {
      let peaks = ActivationStorage.allCases.map { memory.peak(images: fewest, $0) }
      let least = peaks.min { $0.bytes < $1.bytes } ?? ("", 0)
      throw .memory(layer: least.layer, images: fewest, needed: least.bytes, allowed: allowed)
    }
    activations = best.activations
    taken = min(most, best.images)
    fileBytes = activations == .file ? taken * memory.fileBytesPerImage : 0
    if taken == most {
      limit = taken < asked ? .dataset : nil
    } else if let free = best.freeBytes {
      limit = .scratch(bytes: free, folder: scratch.path)
    } else {
      limit = .memory(bytes: allowed, layer: memory.peak(images: most, activations).layer)
    }
  }
}
