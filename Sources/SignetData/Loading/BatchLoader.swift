import SignetModel

/// Cuts a data set into batches of preprocessed images.
///
/// Order and augmentation are pure functions of seed and epoch: the same batches come whoever
/// asks, so a resumed run is exact. Wrong arguments surface as the iterator's first error.
public struct BatchLoader: Sendable {
  /// Where images and labels come from.
  public let dataset: any ImageDataset
  /// What one sample is given to; an image to the only one.
  public let inputs: [NetworkInput]
  /// How an image becomes the input.
  public let preprocessing: Preprocessing
  /// Images per batch; the last of an epoch may have fewer, see ``dropLast``.
  public let batchSize: Int
  /// Seed of order and augmentation; `nil` takes the images in order (and augments with seed 0).
  public let shuffleSeed: UInt64?
  /// Random changes, a pure function of seed, epoch and image.
  public let augmentation: Augmentation
  /// Leave out the last batch if it is not full.
  public let dropLast: Bool
  /// Batches made ahead on other threads; with 0 each is made by the thread that asks.
  public let prefetch: Int
  /// The part of each batch that is loaded.
  public let shard: Shard

  /// Loads nothing yet; for a network with one input.
  ///
  /// - Parameter shape: C×H×W of one image
  public init(
    dataset: any ImageDataset, shape: Shape, preprocessing: Preprocessing, batchSize: Int,
    shuffleSeed: UInt64? = nil, augmentation: Augmentation = .none, dropLast: Bool = false,
    prefetch: Int = 3, shard: Shard = .whole
  ) {
    self.init(
      dataset: dataset, inputs: [NetworkInput(name: Graph.inputName, shape: shape)],
      preprocessing: preprocessing, batchSize: batchSize, shuffleSeed: shuffleSeed,
      augmentation: augmentation, dropLast: dropLast, prefetch: prefetch, shard: shard)
  }

  /// Loads nothing yet.
  ///
  /// - Parameter inputs: at least one
  public init(
    dataset: any ImageDataset, inputs: [NetworkInput], preprocessing: Preprocessing,
    batchSize: Int, shuffleSeed: UInt64? = nil, augmentation: Augmentation = .none,
    dropLast: Bool = false, prefetch: Int = 3, shard: Shard = .whole
  ) {
    self.dataset = dataset
    self.inputs = inputs
    self.preprocessing = preprocessing
    self.batchSize = batchSize
    self.shuffleSeed = shuffleSeed
    self.augmentation = augmentation
    self.dropLast = dropLast
    self.prefetch = prefetch
    self.shard = shard
  }

  /// Batches of one pass over the data set.
  public var batchesPerEpoch: Int {
    let size = max(1, batchSize)
    return dropLast ? dataset.count / size : (dataset.count + size - 1) / size
  }

  /// The batches of an epoch from `step` on; none if `step` is past the last.
  /// - Parameter skipping: called by the iterator, in order, for each image that cannot be read
  ///   and is left out of its batch; with `nil` the first such image ends the sequence.
  public func batches(
    epoch: Int, from step: Int = 0, skipping: ((DataError) -> Void)? = nil
  ) -> BatchIterator {
    let first = max(0, step)
    let recipe: BatchRecipe
    do throws(DataError) {
      recipe = try BatchRecipe(loader: self, epoch: epoch, skipsUnreadable: skipping != nil)
    } catch {
      return BatchIterator(failing: error)
    }
    return BatchIterator(
      steps: first..<max(first, batchesPerEpoch), ahead: max(0, prefetch), skipping: skipping,
      make: recipe.batch)
  }
}
