import SignetHashing
import SignetModel

/// What binarizing a network holds in memory at its fullest moments, counted from the shapes alone,
/// before anything is run.
struct CalibrationMemory {
  /// What the process takes before it holds anything of a network: its code and libtorch's, and
  /// what libtorch prepares.
  static let processBytes = 352 << 20
  /// Threads at work that there is room for in any case. More work where memory is left, so that the
  /// images taken do not depend on how many threads there are.
  static let workers = 2

  /// A moment at which much is held.
  struct Stage {
    /// The layer that is worked on.
    var layer: String
    /// Whatever the images.
    var fixed: Int
    /// Activations of one image, as float32.
    var activations = 0
    /// Other numbers of one image.
    var others = 0
    /// Images at most, where this stage does not take all of them.
    var images = Int.max

    func bytes(images: Int, half: Bool) -> Int {
      let count = min(images, self.images)
      return fixed + count * (others + (half ? (activations + 1) / 2 : activations))
    }
  }

  let stages: [Stage]
  /// What one more thread at work takes, at most.
  let workerBytes: Int
  /// What one more pass with gradients takes.
  let passBytes: Int

  init(
    model: Model, options: BinarizationOptions, layout: CalibrationLayout,
    selection: LayerSelection
  ) {
    var stages = CalibrationStages(
      model: model, options: options, layout: layout, selection: selection)
    stages.addAll()
    self.stages = stages.stages
    workerBytes = stages.workerBytes
    passBytes = stages.passBytes
  }

  /// The fullest stage.
  func peak(images: Int, half: Bool) -> (layer: String, bytes: Int) {
    let fullest = stages.max {
      $0.bytes(images: images, half: half) < $1.bytes(images: images, half: half)
    }
    return (
      fullest?.layer ?? "",
      Self.processBytes + (fullest?.bytes(images: images, half: half) ?? 0)
    )
  }

  /// The most images that the limit holds; a negative number where not even none fits.
  func images(within limit: Int, half: Bool) -> Int {
    stages.reduce(Int.max) { most, stage in
      let left = limit - Self.processBytes - stage.fixed
      guard left >= 0 else { return -1 }
      let each = stage.bytes(images: 1, half: half) - stage.fixed
      guard each > 0, left / each < stage.images else { return most }
      return min(most, left / each)
    }
  }

  /// As many threads as the memory that images leave lets work.
  func workers(atMost threads: Int, images: CalibrationImages?, within limit: Int) -> Int {
    let held = peak(images: images?.taken ?? 0, half: images?.holdsBFloat16 ?? false).bytes
    return max(1, min(threads, Self.workers + max(0, limit - held) / max(1, workerBytes)))
  }

  /// The same for passes with gradients, one of which there is room for in any case.
  func gradientWorkers(atMost threads: Int, within limit: Int, images: Int) -> Int {
    guard passBytes > 0, let stage = stages.first else { return 1 }
    let left = limit - Self.processBytes - stage.bytes(images: images, half: false)
    return max(1, min(threads, 1 + max(0, left) / passBytes))
  }
}
