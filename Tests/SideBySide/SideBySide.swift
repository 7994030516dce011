import Foundation

/// Runs a body for each place at once, on threads of their own that may wait for one another.
///
/// - Returns: the results in the places' order
/// - Throws: the error of the first place that has one, once all are done
package func sideBySide<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (_ place: Int) throws -> Value
) throws -> [Value] {
  let results = Results<Value>()
  for place in 0..<count {
    Thread { results.set(place, Result { try body(place) }) }.start()
  }
  return try results.wait(for: count)
}

// Unchecked: what changes is behind the condition.
private final class Results<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var results: [Int: Result<Value, any Error>] = [:]

  func set(_ place: Int, _ result: Result<Value, any Error>) {
    condition.lock()
    results[place] = result
    condition.broadcast()
    condition.unlock()
  }

  func wait(for count: Int) throws -> [Value] {
    condition.lock()
    defer { condition.unlock() }
    while results.count < count { condition.wait() }
    return try results.sorted { $0.key < $1.key }.map { try $0.value.get() }
  }
}
