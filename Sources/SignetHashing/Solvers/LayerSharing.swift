/// Processes that solve the same layer together. All are given the same problem; each solves some of
/// its filters, and all end with the solution that one process would have found.
public protocol LayerSharing: Sendable {
  /// This process's place among them, from 0.
  var place: Int { get }
  /// How many there are.
  var count: Int { get }
  /// The bytes of all of them, in their order.
  ///
  /// - Throws: ``HashingError/exchange(_:)``
  func gather(_ own: [UInt8]) throws(HashingError) -> [[UInt8]]
}
