import Foundation

/// A value behind a lock.
final class Guarded<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var guarded: Value

  init(_ value: Value) {
    guarded = value
  }

  var value: Value { lock.withLock { guarded } }

  func update<Result>(_ change: (inout Value) -> Result) -> Result {
    lock.withLock { change(&guarded) }
  }
}
