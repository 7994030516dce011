/// Which row of a binary weight's codes and scales is which code of which filter: for each code the
/// filters that have it, in the filters' order.
public struct CodeRows: Sendable, Hashable {
  /// Codes of a filter at most, where filters have different numbers: a file counts them in bytes.
  public static let countLimit = 255

  /// N
  public let filterCount: Int
  /// The largest K_n.
  public let largestCount: Int
  /// ΣK_n
  public let count: Int
  /// K_n where they differ: N
  private let differentCounts: [Int]?

  /// - Parameter codeCounts: K_n, N
  /// - Throws: ``WeightError`` if there is no filter, or one without a code or with more than
  ///   ``countLimit``.
  public init(codeCounts: [Int]) throws(WeightError) {
    guard let first = codeCounts.first else {
      throw .extents(codes: 0, filters: 0, patchLength: 0)
    }
    if let filter = codeCounts.firstIndex(where: { !(1...Self.countLimit).contains($0) }) {
      throw .codeCount(filter: filter, found: codeCounts[filter], limit: Self.countLimit)
    }
    filterCount = codeCounts.count
    largestCount = codeCounts.reduce(0, max)
    count = codeCounts.reduce(0, +)
    differentCounts = codeCounts.contains { $0 != first } ? codeCounts : nil
  }

  /// K codes of each of N filters.
  ///
  /// - Parameters:
  ///   - codeCount: K
  ///   - filterCount: N
  ///   - patchLength: S, that of the codes which the rows are for
  /// - Throws: ``WeightError`` if an extent is not positive or there are too many elements to count.
  public init(codeCount: Int, filterCount: Int, patchLength: Int = 1) throws(WeightError) {
    guard Shape([codeCount, filterCount, patchLength]).checkedElementCount != nil else {
      throw .extents(codes: codeCount, filters: filterCount, patchLength: patchLength)
    }
    self.filterCount = filterCount
    largestCount = codeCount
    count = codeCount * filterCount
    differentCounts = nil
  }

  /// Whether all filters have as many codes, so that the rows are K × N.
  public var areEqual: Bool { differentCounts == nil }

  /// K_n: N
  public var codeCounts: [Int] {
    differentCounts ?? [Int](repeating: largestCount, count: filterCount)
  }

  /// The filter of each row: ΣK_n
  public var filters: [Int] {
    let counts = codeCounts
    return (0..<largestCount).flatMap { code in counts.indices.filter { counts[$0] > code } }
  }

  /// The rows of each filter, one per code: N × K_n
  public var ofFilters: [[Int]] {
    var rows = [[Int]](repeating: [], count: filterCount)
    for (row, filter) in filters.enumerated() { rows[filter].append(row) }
    return rows
  }
}
