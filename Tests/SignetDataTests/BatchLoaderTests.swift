import Foundation
import SignetData
import SignetModel
import Testing

@Suite struct BatchLoaderTests {
  private static let shape = Shape.map(3, 4, 5)

  private func loader(
    _ dataset: CountingImages, batchSize: Int = 7, seed: UInt64? = 5,
    augmentation: Augmentation = .cifar, dropLast: Bool = false, prefetch: Int = 3
  ) -> BatchLoader {
    BatchLoader(
      dataset: dataset, shape: Self.shape, preprocessing: .cifar, batchSize: batchSize,
      shuffleSeed: seed, augmentation: augmentation, dropLast: dropLast, prefetch: prefetch)
  }

  private func all(_ iterator: BatchIterator) throws -> [Batch] {
    var batches: [Batch] = []
    while let batch = try iterator.next() { batches.append(batch) }
    return batches
  }

  @Test func inOrderBatchesAreTheNormalisedImages() throws {
    let dataset = CountingImages(count: 10)
    let loader = loader(dataset, batchSize: 4, seed: nil, augmentation: .none)
    let batches = try all(loader.batches(epoch: 0))
    #expect(loader.batchesPerEpoch == 3)
    #expect(batches.map(\.count) == [4, 4, 2])
    #expect(batches.flatMap(\.indices) == Array(0..<10))
    #expect(batches.flatMap(\.labels) == (0..<10).map(Int64.init))
    let images = batches.flatMap(\.images)
    #expect(images.count == 10 * 60)
    for index in 0..<10 {
      let pixels = try dataset.pixels(at: index, shape: Self.shape, preprocessing: .cifar)
      for (place, byte) in pixels.enumerated() {
        let channel = place / 20
        let expected =
          (Float(byte) * (1 / 255) - Preprocessing.cifar.mean[channel])
          / Preprocessing.cifar.std[channel]
        #expect(images[index * 60 + place] == expected)
      }
    }
  }

  @Test func anEpochIsAPermutationAndEpochsDiffer() throws {
    let loader = loader(CountingImages(count: 100))
    let first = try all(loader.batches(epoch: 0)).flatMap(\.indices)
    let second = try all(loader.batches(epoch: 1)).flatMap(\.indices)
    #expect(first.sorted() == Array(0..<100))
    #expect(second.sorted() == Array(0..<100))
    #expect(first != second && first != Array(0..<100))
    let otherSeed = self.loader(CountingImages(count: 100), seed: 6)
    #expect(try all(otherSeed.batches(epoch: 0)).flatMap(\.indices) != first)
  }

  /// A checkpoint counts on these numbers, which a plain Python version of the generator gave.
  @Test func theShuffleIsPinned() throws {
    let loader = loader(CountingImages(count: 8), batchSize: 8, seed: 1)
    let epochs = try [0, 1].map { try all(loader.batches(epoch: $0)).flatMap(\.indices) }
    #expect(epochs == [[2, 3, 6, 1, 4, 5, 7, 0], [6, 5, 3, 7, 0, 2, 1, 4]])
  }

  @Test(arguments: [0, 1, 3, 50])
  func batchesFromAStepAreTheTailOfAll(prefetch: Int) throws {
    let dataset = CountingImages(count: 45)
    let complete = try all(loader(dataset, prefetch: 2).batches(epoch: 3))
    #expect(complete.count == 7)
    for step in 0...8 {
      let tail = try all(loader(dataset, prefetch: prefetch).batches(epoch: 3, from: step))
      #expect(tail.map(\.images) == complete.dropFirst(step).map(\.images))
      #expect(tail.map(\.indices) == complete.dropFirst(step).map(\.indices))
    }
  }

  @Test func theLastBatchCanBeDropped() throws {
    let loader = loader(CountingImages(count: 45), dropLast: true)
    #expect(loader.batchesPerEpoch == 6)
    #expect(try all(loader.batches(epoch: 0)).map(\.count) == Array(repeating: 7, count: 6))
  }

  @Test(arguments: [0, 1, 4])
  func anErrorComesInThePlaceOfItsBatch(prefetch: Int) throws {
    let dataset = CountingImages(count: 40, broken: 16)
    let batches = loader(dataset, seed: nil, prefetch: prefetch).batches(epoch: 0)
    #expect(try batches.next()?.indices.first == 0)
    #expect(try batches.next()?.indices.first == 7)
    #expect(throws: CountingImages.failure(16)) { try batches.next() }
    #expect(try batches.next() == nil)
  }

  @Test func aDroppedIteratorStopsItsWork() throws {
    // 2000 images of 5 ms; nobody could wait for all of them.
    let dataset = CountingImages(count: 2000, delay: 0.005)
    let start = ContinuousClock.now
    for _ in 0..<5 {
      let batches = loader(dataset, batchSize: 4, prefetch: 4).batches(epoch: 0)
      #expect(try batches.next()?.count == 4)
    }
    let cancelled = loader(dataset, batchSize: 400, prefetch: 4).batches(epoch: 0)
    cancelled.cancel()
    #expect(try cancelled.next() == nil)
    #expect(ContinuousClock.now - start < .seconds(8))
  }

  @Test func manyIteratorsAtOnceDoNotBlockEachOther() async throws {
    let loader = loader(CountingImages(count: 200), batchSize: 8, prefetch: 4)
    let expected = try all(loader.batches(epoch: 0)).map(\.indices)
    try await withThrowingTaskGroup(of: [[Int]].self) { group in
      for _ in 0..<32 {
        group.addTask { try self.all(loader.batches(epoch: 0)).map(\.indices) }
      }
      for try await indices in group { #expect(indices == expected) }
    }
  }

  @Test func wrongArgumentsAreTheFirstError() throws {
    let dataset = CountingImages(count: 4)
    let empty = loader(dataset, batchSize: 0).batches(epoch: 0)
    #expect(throws: DataError.option(name: "batch size", expected: "at least 1", found: "0")) {
      try empty.next()
    }
    let grey = BatchLoader(
      dataset: dataset, shape: Self.shape, preprocessing: .greyBytes, batchSize: 2)
    #expect(throws: DataError.channels(order: .grey, shape: Self.shape, means: 1, deviations: 1)) {
      try grey.batches(epoch: 0).next()
    }
  }
}
