import Foundation

/// Work that waits for a worker, up to a number.
final class WorkQueue<Job: Sendable>: @unchecked Sendable {
  private let limit: Int
  private let condition = NSCondition()
  private var jobs: [Job] = []
  private var isClosed = false

  init(limit: Int) {
    self.limit = limit
  }

  var count: Int { condition.withLock { jobs.count } }

  /// - Returns: whether there was room for it
  func append(_ job: Job) -> Bool {
    condition.withLock {
      guard jobs.count < limit, !isClosed else { return false }
      jobs.append(job)
      condition.signal()
      return true
    }
  }

  /// Waits for work.
  ///
  /// - Returns: `nil` when the queue is closed and empty
  func next() -> Job? {
    condition.withLock {
      while jobs.isEmpty {
        guard !isClosed else { return nil }
        condition.wait()
      }
      return jobs.removeFirst()
    }
  }

  /// Lets workers end when they have done what waits.
  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }
}
