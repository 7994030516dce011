/// The order in which codes of filters lie: code by code, of each those filters that have it, in
/// order.
struct CodeRows {
  /// The code and the filter of each row.
  let owners: [(code: Int, filter: Int)]

  /// - Parameter counts: codes of each filter, N
  init(counts: [Int]) {
    owners = (0..<(counts.max() ?? 0)).flatMap { code in
      counts.indices.filter { counts[$0] > code }.map { (code, $0) }
    }
  }
}
