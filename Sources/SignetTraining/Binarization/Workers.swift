import Dispatch
import Foundation
import Torch

/// Runs parts of a calibration side by side, each from its beginning to its end on one thread.
///
/// libtorch cuts an operation up among its threads, and with that changes the order of its sums. On
/// one thread it gives the same bits every time, so parts that are cut without regard to the number of
/// threads give the same whatever that number is.
struct Workers {
  let threads: Int

  /// - Parameters:
  ///   - check: called before each part, by one thread at a time; an error ends the work
  ///   - body: must write what is its part's alone
  /// - Throws: the error of the first part that failed.
  func forEach(
    _ count: Int, check: () throws -> Void = {}, _ body: (Int) throws -> Void
  ) throws {
    guard threads > 1, count > 1 else {
      for part in 0..<count {
        try check()
        try body(part)
      }
      return
    }
    let parts = Parts(count: count)
    let recordsGradients = isGradEnabled()
    withoutActuallyEscaping(check) { check in
      withoutActuallyEscaping(body) { body in
        // All threads are back before the closures leave their scope.
        nonisolated(unsafe) let (check, work) = (check, body)
        DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
          while let part = parts.take(check) {
            parts.note(part) {
              try TorchSettings.computeOnCallingThread()
              try recordsGradients ? work(part) : noGrad { try work(part) }
            }
          }
        }
      }
    }
    if let error = parts.error { throw error }
  }

  /// The same with a result for each part, in order.
  func map<Result>(
    _ range: Range<Int>, check: () throws -> Void = {}, _ body: (Int) throws -> Result
  ) throws -> [Result] {
    let results = Results<Result>(count: range.count)
    try forEach(range.count, check: check) { part in
      results.set(part, try body(range.lowerBound + part))
    }
    return results.all
  }
}

/// Hands out parts in order and keeps the first error.
private final class Parts: @unchecked Sendable {
  private let lock = NSLock()
  private let count: Int
  private var next = 0
  private var failed: (part: Int, error: any Error)?

  init(count: Int) { self.count = count }

  func take(_ check: () throws -> Void) -> Int? {
    lock.withLock {
      guard failed == nil, next < count else { return nil }
      do {
        try check()
      } catch {
        failed = (next, error)
        return nil
      }
      next += 1
      return next - 1
    }
  }

  func note(_ part: Int, _ body: () throws -> Void) {
    do {
      try body()
    } catch {
      lock.withLock {
        if failed.map({ part < $0.part }) ?? true { failed = (part, error) }
      }
    }
  }

  var error: (any Error)? { lock.withLock { failed?.error } }
}

private final class Results<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var values: [Value?]

  init(count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ value: Value) {
    lock.withLock { values[index] = value }
  }

  var all: [Value] { lock.withLock { values.compactMap { $0 } } }
}
