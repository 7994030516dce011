import Foundation

/// Keeps the arrays of the files that were read last, as far as they are small enough, for all threads
/// that read.
final class ArrayCache: @unchecked Sendable {
  /// Bytes of all arrays that are kept, but for those of the last file.
  private static let limit = 256 << 20

  private let lock = NSLock()
  private var kept: [(url: URL, arrays: [NumberArray])] = []

  func arrays(in url: URL) throws(DataError) -> [NumberArray] {
    if let known = lock.withLock({ kept.first { $0.url == url }?.arrays }) { return known }
    let arrays = try ArrayFile.arrays(in: url)
    lock.withLock {
      kept.append((url, arrays))
      while kept.count > 1, bytes > Self.limit { kept.removeFirst() }
    }
    return arrays
  }

  private var bytes: Int { kept.reduce(0) { $0 + $1.arrays.reduce(0) { $0 + $1.bytes.count } } }
}
