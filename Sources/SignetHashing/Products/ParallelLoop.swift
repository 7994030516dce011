import Dispatch
import Foundation

/// Runs `body` for every index in 0..<count on at most `threads` threads, in no particular order.
func forEach(count: Int, threads: Int, _ body: (Int) -> Void) {
  guard threads > 1, count > 1 else {
    for index in 0..<count { body(index) }
    return
  }
  let next = Counter(end: count)
  withoutActuallyEscaping(body) { body in
    // Every index goes to one thread, and all are back before `body` leaves its scope.
    nonisolated(unsafe) let work = body
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while let index = next.take() { work(index) }
    }
  }
}

/// Hands out 0, 1, …, end − 1, each once.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var next = 0
  private let end: Int

  init(end: Int) { self.end = end }

  func take() -> Int? {
    lock.lock()
    defer { lock.unlock() }
    guard next < end else { return nil }
    next += 1
    return next - 1
  }
}
