import Foundation

@testable import SignetTraining

/// Ends a run from inside one of its closures.
final class Stop: @unchecked Sendable {
  private let lock = NSLock()
  private var isWished = false

  func now() { lock.withLock { isWished = true } }

  var cancellation: Cancellation { Cancellation { self.lock.withLock { self.isWished } } }
}

extension Cancellation {
  /// Lets so many safe points pass.
  static func after(checks: Int) -> Cancellation {
    let counter = Counter()
    return Cancellation { counter.next() > checks }
  }
}

private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  func next() -> Int {
    lock.withLock {
      count += 1
      return count
    }
  }
}
