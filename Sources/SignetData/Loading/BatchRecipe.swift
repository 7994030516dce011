import SignetModel

/// All that it takes to make any batch of one epoch, on any thread.
struct BatchRecipe: Sendable {
  private let loader: BatchLoader
  private let epoch: Int
  private let skipsUnreadable: Bool
  /// `nil` where the set holds what the network takes.
  private let normalizer: Normalizer?
  private let labels: [Int]
  /// Indices into the data set; `nil` is the set's own order.
  private let order: [Int]?

  init(loader: BatchLoader, epoch: Int, skipsUnreadable: Bool = false) throws(DataError) {
    guard loader.batchSize > 0 else {
      throw .option(name: "batch size", expected: "at least 1", found: "\(loader.batchSize)")
    }
    guard (0...4096).contains(loader.augmentation.cropPadding) else {
      throw .option(
        name: "crop padding", expected: "0 to 4096 pixels",
        found: "\(loader.augmentation.cropPadding)")
    }
    guard (0...4096).contains(loader.augmentation.cutout) else {
      throw .option(
        name: "cutout", expected: "0 to 4096 pixels", found: "\(loader.augmentation.cutout)")
    }
    try loader.augmentation.resizedCrop?.check()
    try loader.augmentation.colorJitter?.check()
    try loader.augmentation.lighting?.check()
    self.loader = loader
    self.epoch = epoch
    self.skipsUnreadable = skipsUnreadable
    normalizer = try loader.dataset.holdsTensors ? nil : Self.normalizer(for: loader)
    labels = loader.dataset.labels
    order = loader.shuffleSeed.map {
      Shuffle.permutation(count: loader.dataset.count, seed: $0, epoch: epoch)
    }
  }

  /// - Throws: ``DataError/noImages(dataset:input:inputs:)`` where the network takes none.
  private static func normalizer(for loader: BatchLoader) throws(DataError) -> Normalizer {
    let inputs = loader.inputs
    guard inputs.count == 1, loader.preprocessing.channelOrder != .none else {
      throw .noImages(
        dataset: loader.dataset.name, input: inputs.first?.name ?? "", inputs: inputs.count)
    }
    return try Normalizer(shape: inputs[0].shape, preprocessing: loader.preprocessing)
  }

  /// The batch of a step, or `nil` if it was cancelled meanwhile.
  func batch(_ step: Int, isCancelled: () -> Bool) -> Result<Batch, DataError>? {
    let first = step * loader.batchSize
    let places = first..<min(first + loader.batchSize, loader.dataset.count)
    let wanted = loader.shard.range(of: places.count).map { place in
      order?[first + place] ?? first + place
    }
    guard let normalizer else { return tensors(wanted, isCancelled: isCancelled) }
    let imageLength = loader.inputs[0].shape.elementCount
    var indices: [Int] = []
    var skipped: [DataError] = []
    var failure: DataError?
    var wasCancelled = false
    let images = [Float](unsafeUninitializedCapacity: wanted.count * imageLength) {
      buffer, filled in
      for index in wanted {
        wasCancelled = isCancelled()
        guard !wasCancelled else { return }
        do throws(DataError) {
          let image = UnsafeMutableBufferPointer(rebasing: buffer[filled..<filled + imageLength])
          try write(index, normalizer, into: image)
        } catch {
          guard skipsUnreadable, error.isAboutOneFile else {
            failure = error
            return
          }
          skipped.append(error)
          continue
        }
        indices.append(index)
        filled += imageLength
      }
    }
    if wasCancelled { return nil }
    if let failure { return .failure(failure) }
    return .success(
      Batch(
        inputs: [images], labels: indices.map { Int64(labels[$0]) }, count: indices.count,
        indices: indices, skipped: skipped))
  }

  /// Samples of a set that holds what the network takes.
  private func tensors(_ wanted: [Int], isCancelled: () -> Bool) -> Result<Batch, DataError>? {
    var values = loader.inputs.map { _ in [Float]() }
    for (input, own) in loader.inputs.enumerated() {
      values[input].reserveCapacity(wanted.count * own.shape.elementCount)
    }
    for index in wanted {
      guard !isCancelled() else { return nil }
      do throws(DataError) {
        for (input, own) in try loader.dataset.values(at: index, inputs: loader.inputs).enumerated()
        {
          values[input] += own
        }
      } catch {
        return .failure(error)
      }
    }
    return .success(
      Batch(
        inputs: values, labels: wanted.map { Int64(labels[$0]) }, count: wanted.count,
        indices: wanted, skipped: []))
  }

  private func write(
    _ index: Int, _ normalizer: Normalizer, into image: UnsafeMutableBufferPointer<Float>
  ) throws(DataError) {
    let shape = loader.inputs[0].shape
    var pixels = try pixels(index, shape)
    guard pixels.count == image.count else {
      throw .option(
        name: "image \(index) of \(loader.dataset.name)", expected: "\(image.count) bytes",
        found: "\(pixels.count)")
    }
    let seed = loader.shuffleSeed ?? 0
    if let jitter = loader.augmentation.colorJitter {
      ColorJitter.apply(
        jitter.draw(seed: seed, epoch: epoch, index: index), to: &pixels,
        order: loader.preprocessing.channelOrder)
    }
    let draw = loader.augmentation.draw(
      seed: seed, epoch: epoch, index: index, height: shape.height,
      width: shape.width)
    normalizer.normalize(pixels, draw, into: image)
  }

  private func pixels(_ index: Int, _ shape: Shape) throws(DataError) -> [UInt8] {
    guard let crop = loader.augmentation.resizedCrop else {
      return try loader.dataset.pixels(
        at: index, shape: shape, preprocessing: loader.preprocessing)
    }
    guard let image = try loader.dataset.encoded(at: index) else {
      throw .option(
        name: "resized-crop", expected: "images that are files of their own",
        found: loader.dataset.name)
    }
    return try ImageFile.croppedPixels(
      decoding: image.bytes, name: image.name, shape: shape, preprocessing: loader.preprocessing
    ) { width, height in
      crop.box(
        width: width, height: height, seed: loader.shuffleSeed ?? 0, epoch: epoch, index: index)
    }
  }
}
