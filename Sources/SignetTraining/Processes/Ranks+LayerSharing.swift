import SignetHashing

extension Ranks: LayerSharing {
  /// The same as ``rank``.
  public var place: Int { rank }

  /// The bytes of all processes, in their order.
  public func gather(_ own: [UInt8]) throws(HashingError) -> [[UInt8]] {
    do {
      return try gathered(own)
    } catch {
      throw .exchange("\(error)")
    }
  }
}
