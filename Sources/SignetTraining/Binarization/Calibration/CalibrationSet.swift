import Foundation
import SignetData
import SignetModel
import Torch

/// The images that calibrate a binarization and those that measure its result, and how they are read.
struct CalibrationSet {
  /// How many of which.
  let images: CalibrationImages
  /// In the order in which they are read.
  let calibrating: any ImageDataset
  let heldOut: any ImageDataset
  let layout: CalibrationLayout
  let model: Model
  /// Told of images that cannot be read; with `nil` the first one is an error.
  let skipping: ((DataError) -> Void)?
  /// Where activations go that memory does not hold.
  let scratch: URL

  init(
    _ dataset: any ImageDataset, images: CalibrationImages, seed: UInt64, model: Model,
    layout: CalibrationLayout, scratch: URL, skipping: ((DataError) -> Void)?
  ) {
    self.scratch = scratch
    self.images = images
    (calibrating, heldOut) = dataset.shuffled(seed: seed, settingAside: images.heldOut)
    self.layout = layout
    self.model = model
    self.skipping = skipping
  }

  /// What is to hold the images' activations, empty.
  func heldActivations() throws(ModelFileError) -> HeldActivations {
    try HeldActivations(
      storage: images.activations, folder: scratch,
      partBytes: layout.imagesPerChunk * (images.fileBytes / max(1, images.taken)))
  }

  /// Hands out the first images of a set in groups of as many chunks as there are workers: of each
  /// chunk a tensor per input, count × C × H × W.
  ///
  /// - Parameters:
  ///   - dataset: ``calibrating`` or ``heldOut``
  ///   - count: how many images, at most
  ///   - reporting: whether images that cannot be read are told of, which once is enough
  func forEachGroup(
    of dataset: any ImageDataset, count: Int, reporting: Bool, workers: Workers,
    _ body: ([[Tensor]]) throws -> Void
  ) throws {
    var unreadable: DataError?
    let note = skipping.map { skipping in
      { (error: DataError) in
        unreadable = error
        if reporting { skipping(error) }
      }
    }
    let batches = BatchLoader(
      dataset: dataset, model: model, batchSize: layout.imagesPerChunk, prefetch: layout.prefetch
    ).batches(epoch: 0, skipping: note)
    var group: [[Tensor]] = []
    var taken = 0
    while taken < count, let batch = try batches.next() {
      try workers.cancellation.check()
      let used = min(batch.count, count - taken)
      group.append(
        try batch.tensors(for: model.graph).map {
          let some = try $0.narrow(0, start: 0, length: used)
          return try some.rank == 4 ? some.channelsLast() : some
        })
      taken += used
      if group.count == workers.threads || taken == count {
        try body(group)
        group = []
      }
    }
    if !group.isEmpty { try body(group) }
    if taken == 0, let unreadable { throw unreadable }
  }
}
