/// The part of something counted that one of several processes takes.
public struct Shard: Sendable, Hashable {
  /// All of it: there is one process.
  public static let whole = Shard(index: 0, count: 1)

  /// From 0, below ``count``.
  public let index: Int
  /// How many parts there are.
  public let count: Int

  /// One of `count` parts.
  public init(index: Int, count: Int) {
    precondition(count > 0 && (0..<count).contains(index), "a part that there is")
    self.index = index
    self.count = count
  }

  /// Parts stand one behind the other and differ by one at most.
  public func range(of total: Int) -> Range<Int> {
    total * index / count..<total * (index + 1) / count
  }
}
