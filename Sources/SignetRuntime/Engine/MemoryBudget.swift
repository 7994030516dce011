#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What one engine may allocate for its model: activations, weights, tables, working memory. Every
/// size that a model decides is taken from it before the memory is.
final class MemoryBudget {
  let limit: Int
  private(set) var taken = 0

  init(limit: Int) {
    self.limit = limit
  }

  /// Three quarters of the machine's memory: past it allocation would succeed and use would kill the
  /// process.
  static var machineLimit: Int {
    Int(clamping: ProcessInfo.processInfo.physicalMemory / 4 * 3)
  }

  /// Counts `bytes` as allocated.
  ///
  /// - Throws: ``EngineError/memoryLimit(purpose:needed:allowed:)``.
  func take(_ bytes: Int, for purpose: String) throws(EngineError) {
    try check(bytes, for: purpose)
    taken += bytes
  }

  /// Whether `bytes` could be had now, for a moment.
  func check(_ bytes: Int, for purpose: String) throws(EngineError) {
    let (needed, overflow) = taken.addingReportingOverflow(bytes)
    guard bytes >= 0, !overflow, needed <= limit else {
      throw .memoryLimit(
        purpose: purpose, needed: overflow || bytes < 0 ? .max : needed, allowed: limit)
    }
  }
}

/// Sizes whose factors come from a model: `Int.max`, which no budget holds, where they cannot be
/// counted.
enum ByteCount {
  static func of<Element>(_ factors: Int..., elements: Element.Type) -> Int {
    product(factors + [MemoryLayout<Element>.stride])
  }

  static func product(_ factors: [Int]) -> Int {
    var bytes = 1
    for factor in factors {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: factor)
      guard factor >= 0, !overflow else { return .max }
      bytes = product
    }
    return bytes
  }

  static func sum(_ terms: Int...) -> Int {
    var bytes = 0
    for term in terms {
      let (sum, overflow) = bytes.addingReportingOverflow(term)
      guard term >= 0, !overflow else { return .max }
      bytes = sum
    }
    return bytes
  }
}
