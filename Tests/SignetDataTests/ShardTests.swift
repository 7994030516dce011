import SignetData
import SignetModel
import Testing

@Suite struct ShardTests {
  @Test(arguments: [1, 2, 3, 7])
  func partsCoverTheWholeInOrderAndDifferByOne(count: Int) {
    for total in 0...20 {
      let ranges = (0..<count).map { Shard(index: $0, count: count).range(of: total) }
      #expect(ranges.flatMap(Array.init) == Array(0..<total))
      let sizes = ranges.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
  }

  /// Together the processes see what one process sees: the same images, changed the same way.
  @Test func partsOfABatchAreThoseOfTheWholeBatch() throws {
    func batches(_ shard: Shard) throws -> [Batch] {
      let iterator = BatchLoader(
        dataset: CountingImages(count: 20), shape: .map(3, 4, 5), preprocessing: .cifar,
        batchSize: 7, shuffleSeed: 5, augmentation: .cifar, shard: shard
      ).batches(epoch: 1)
      var batches: [Batch] = []
      while let batch = try iterator.next() { batches.append(batch) }
      return batches
    }
    let whole = try batches(.whole)
    let parts = try (0..<3).map { try batches(Shard(index: $0, count: 3)) }
    #expect(parts.map(\.count) == [3, 3, 3])
    for (step, batch) in whole.enumerated() {
      #expect(parts.flatMap { $0[step].indices } == batch.indices)
      #expect(parts.flatMap { $0[step].labels } == batch.labels)
      #expect(parts.flatMap { $0[step].images } == batch.images)
    }
  }
}
