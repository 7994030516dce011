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
    /// Images whose activations are read from a file, or written to it, at once.
    var staged = 0

    func bytes(images: Int, _ storage: ActivationStorage) -> Int {
      let count = min(images, self.images)
      switch storage {
      case .float32: return fixed + count * (others + activations)
      case .bfloat16: return fixed + count * (others + (activations + 1) / 2)
      // As they are read and as they are written, rounded both.
      case .file: return fixed + count * others + staged * activations
      }
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
  func peak(images: Int, _ storage: ActivationStorage) -> (layer: String, bytes: Int) {
    let fullest = stages.max {
      $0.bytes(images: images, storage) < $1.bytes(images: images, storage)
    }
    return (
      fullest?.layer ?? "",
      Self.processBytes + (fullest?.bytes(images: images, storage) ?? 0)
    )
  }

  /// What a file holds of an image at most.
  var fileBytesPerImage: Int { stages.reduce(0) { max($0, ($1.activations + 1) / 2) } }

  /// What one way to hold activations has room for.
  struct Room {
    var activations: ActivationStorage
    var images: Int
    /// Of the folder, where that is what sets the limit.
    var freeBytes: Int?
  }

  /// The images that each way holds.
  ///
  /// - Parameters:
  ///   - limit: of memory
  ///   - scratch: bytes free in the folder that a file would go to, nine tenths of which it may take
  func room(within limit: Int, scratch: Int) -> [Room] {
    ActivationStorage.allCases.map { storage in
      var room = Room(activations: storage, images: images(within: limit, storage))
      let inFolder = (scratch - scratch / 10) / max(1, fileBytesPerImage)
      if storage == .file, inFolder < room.images {
        room.images = inFolder
        room.freeBytes = scratch
      }
      return room
    }
  }

  /// The most images that the limit holds; a negative number where not even none fits.
  func images(within limit: Int, _ storage: ActivationStorage) -> Int {
    stages.reduce(Int.max) { most, stage in
      let none = stage.bytes(images: 0, storage)
      let left = limit - Self.processBytes - none
      guard left >= 0 else { return -1 }
      let each = stage.bytes(images: 1, storage) - none
      guard each > 0, left / each < stage.images else { return most }
      return min(most, left / each)
    }
  }

  /// As many threads as the memory that images leave lets work.
  func workers(atMost threads: Int, images: CalibrationImages?, within limit: Int) -> Int {
    let held = peak(images: images?.taken ?? 0, images?.activations ?? .float32).bytes
    return max(1, min(threads, Self.workers + max(0, limit - held) / max(1, workerBytes)))
  }

  /// The same for passes with gradients, one of which there is room for in any case.
  func gradientWorkers(atMost threads: Int, within limit: Int, images: Int) -> Int {
    guard passBytes > 0, let stage = stages.first else { return 1 }
    let left = limit - Self.processBytes - stage.bytes(images: images, .float32)
    return max(1, min(threads, 1 + max(0, left) / passBytes))
  }
}
