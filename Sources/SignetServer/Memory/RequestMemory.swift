import Foundation

/// What all requests together may ask of memory.
///
/// Bodies, which arrive whether or not there is a worker for them, get at most a quarter; the rest is
/// kept for work, so that what waits cannot starve what runs. A worker asks once for all that its
/// request will take, and waits for nobody while it holds it, so that waiting ends.
final class RequestMemory: @unchecked Sendable {
  enum Share: Sendable { case bodies, work }

  private let limits: (bodies: Int, work: Int)
  private var taken = (bodies: 0, work: 0)
  private let condition = NSCondition()

  init(bytes: Int) {
    limits = (bytes / 4, bytes - bytes / 4)
  }

  /// The most that one claim can be.
  func limit(_ share: Share) -> Int { share == .bodies ? limits.bodies : limits.work }

  /// Bytes that are taken now.
  var takenBytes: Int { condition.withLock { taken.bodies + taken.work } }

  /// - Returns: `nil` where there is too little now
  func claim(_ bytes: Int, _ share: Share) -> MemoryClaim? {
    condition.withLock { take(bytes, share) } ? MemoryClaim(bytes, share, of: self) : nil
  }

  /// Waits for others to give back.
  ///
  /// - Returns: `nil` where there was too little until the deadline
  func claim(_ bytes: Int, _ share: Share, until deadline: Date) -> MemoryClaim? {
    condition.lock()
    defer { condition.unlock() }
    guard bytes <= limit(share) else { return nil }
    while !take(bytes, share) {
      guard condition.wait(until: deadline) else { return nil }
    }
    return MemoryClaim(bytes, share, of: self)
  }

  private func take(_ bytes: Int, _ share: Share) -> Bool {
    let isBody = share == .bodies
    guard bytes >= 0, bytes <= limit(share) - (isBody ? taken.bodies : taken.work) else {
      return false
    }
    if isBody { taken.bodies += bytes } else { taken.work += bytes }
    return true
  }

  /// Gives a claim more.
  fileprivate func grow(_ bytes: Int, _ share: Share) -> Bool {
    condition.withLock { take(bytes, share) }
  }

  fileprivate func release(_ bytes: Int, _ share: Share) {
    condition.withLock {
      if share == .bodies { taken.bodies -= bytes } else { taken.work -= bytes }
      condition.broadcast()
    }
  }
}

/// Memory that a request has, given back when nobody holds the claim any more.
final class MemoryClaim: @unchecked Sendable {
  private let share: RequestMemory.Share
  private let memory: RequestMemory
  private let lock = NSLock()
  private var bytes: Int

  fileprivate init(_ bytes: Int, _ share: RequestMemory.Share, of memory: RequestMemory) {
    (self.bytes, self.share, self.memory) = (bytes, share, memory)
  }

  /// - Returns: whether there were so many more
  func grow(by more: Int) -> Bool {
    guard memory.grow(more, share) else { return false }
    lock.withLock { bytes += more }
    return true
  }

  /// Gives back all but `rest`.
  func shrink(to rest: Int) {
    let less = lock.withLock {
      let less = max(0, bytes - rest)
      bytes -= less
      return less
    }
    memory.release(less, share)
  }

  deinit { memory.release(bytes, share) }
}
