import Dispatch
import Foundation

/// Batches under way, made by Dispatch's threads and taken in order by one consumer.
///
/// The consumer never waits for a batch that nobody has begun: it makes that one itself. So there
/// is progress even when every one of Dispatch's threads is busy elsewhere, and no thread but the
/// consumer's ever waits.
final class BatchQueue: @unchecked Sendable {
  /// Makes the batch of a step; `nil` if it saw that it was cancelled.
  typealias Make = @Sendable (Int, () -> Bool) -> Result<Batch, DataError>?

  private enum Slot {
    case waiting
    case underWay
    case done(Result<Batch, DataError>)
  }

  private let make: Make
  private let condition = NSCondition()
  // Both are only touched with the condition locked.
  private var slots: [Int: Slot] = [:]
  private var isCancelled = false

  init(make: @escaping Make) {
    self.make = make
  }

  /// Has a batch made on another thread.
  func schedule(_ step: Int) {
    locked { slots[step] = .waiting }
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      guard claim(step) else { return }
      let result = make(step) { self.locked { self.isCancelled } }
      locked {
        if let result { slots[step] = .done(result) }
        condition.broadcast()
      }
    }
  }

  /// The batch of a step, whoever makes it; `nil` once the queue is cancelled.
  func take(_ step: Int) -> Result<Batch, DataError>? {
    condition.lock()
    while !isCancelled, case .underWay = slots[step] { condition.wait() }
    let slot = slots.removeValue(forKey: step)
    let isCancelled = isCancelled
    condition.unlock()
    if isCancelled { return nil }
    if case .done(let result) = slot { return result }
    return make(step) { false }
  }

  /// Stops what is under way at the next image and forgets the rest.
  func cancel() {
    locked {
      isCancelled = true
      slots = [:]
      condition.broadcast()
    }
  }

  private func claim(_ step: Int) -> Bool {
    locked {
      guard !isCancelled, case .waiting = slots[step] else { return false }
      slots[step] = .underWay
      return true
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }
}
