import Dispatch
import Foundation
import Torch

/// Runs parts of a calibration side by side, each from its beginning to its end on one thread.
///
/// libtorch cuts an operation up among its threads, and with that changes the order of its sums. On
/// one thread it gives the same bits every time, so parts that are cut without regard to the number of
/// threads give the same whatever that number is.
struct Workers {
  var threads: Int
  /// Looked at before each part, by one thread at a time.
  var cancellation = Cancellation.none

  /// - Parameter body: must write what is its part's alone
  /// - Throws: the error of the first part that failed.
  func forEach(_ count: Int, _ body: (Int) throws -> Void) throws {
    guard threads > 1, count > 1 else {
      for part in 0..<count {
        try cancellation.check()
        try body(part)
      }
      return
    }
    let parts = Parts(count: count, cancellation: cancellation)
    let recordsGradients = isGradEnabled()
    withoutActuallyEscaping(body) { body in
      // All threads are back before the closure leaves its scope.
      nonisolated(unsafe) let work = body
      DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
        while let part = parts.take() {
          parts.note(part) {
            try TorchSettings.computeOnCallingThread()
            try recordsGradients ? work(part) : noGrad { try work(part) }
          }
        }
      }
    }
    if let error = parts.error { throw error }
  }

  /// The same with a result for each part, in order.
  @discardableResult
  func map<Result>(
    _ range: Range<Int>, _ body: (Int) throws -> Result
  ) throws -> [Result] {
    let results = Results<Result>(count: range.count)
    try forEach(range.count) { part in
      results.set(part, try body(range.lowerBound + part))
    }
    return results.all
  }
}

/// Hands out parts in order and keeps the first error.
private final class Parts: @unchecked Sendable {
  private let lock = NSLock()
  private let count: Int
  private let cancellation: Cancellation
  private var next = 0
  private var failed: (part: Int, error: any Error)?

  init(count: Int, cancellation: Cancellation) {
    self.count = count
    self.cancellation = cancellation
  }

  func take() -> Int? {
    lock.withLock {
      guard failed == nil, next < count else { return nil }
      do {
        try cancellation.check()
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
