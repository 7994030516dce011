import Foundation
import Synchronization

/// Calls back once some time has passed, on a thread of its own, unless it is cancelled before: for
/// calls into libraries that may never return.
final class Deadline: Sendable {
  private let isOver = Mutex(false)

  init(seconds: Double, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread { [self] in
      let start = ContinuousClock.now
      while start.duration(to: .now) < .seconds(seconds) {
        if isOver.withLock({ $0 }) { return }
        Thread.sleep(forTimeInterval: 0.05)
      }
      guard !isOver.withLock({ $0 }) else { return }
      body()
    }
    thread.name = "signet.deadline"
    thread.start()
  }

  func cancel() {
    isOver.withLock { $0 = true }
  }
}
