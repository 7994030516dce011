/// Some images, ready for the network.
public struct Batch: Sendable {
  /// count × C × H × W, preprocessed, row-major
  public let images: [Float]
  /// count
  public let labels: [Int64]
  /// Images in the batch.
  public let count: Int
  /// Place of each image in its data set.
  public let indices: [Int]
  /// Why images that belong here are missing.
  let skipped: [DataError]
}
