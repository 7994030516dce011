/// Some images, ready for the network.
public struct Batch: Sendable {
  /// By input of the network: count × its shape, preprocessed, row-major
  public let inputs: [[Float]]
  /// count
  public let labels: [Int64]
  /// Images in the batch.
  public let count: Int
  /// Place of each image in its data set.
  public let indices: [Int]
  /// Why images that belong here are missing.
  let skipped: [DataError]

  /// Of the first input: count × C × H × W
  public var images: [Float] { inputs[0] }
}
