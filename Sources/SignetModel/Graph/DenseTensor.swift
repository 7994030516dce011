/// Numbers in a grid: what a network is given and gives under each name.
public struct DenseTensor: Hashable, Sendable {
  /// Outermost first; of a network's inputs and outputs the first is the batch.
  public let extents: [Int]
  /// Row-major.
  public let values: [Float]

  /// - Returns: `nil` if there are not as many values as the extents need
  public init?(extents: [Int], values: [Float]) {
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      count = product
    }
    guard count == values.count else { return nil }
    self.extents = extents
    self.values = values
  }

  /// `count` samples of a value, as a network gives them.
  package init(count: Int, of shape: Shape, values: [Float]) {
    assert(values.count == count * shape.elementCount, "samples of that shape")
    extents = [count] + shape.extents
    self.values = values
  }
}
