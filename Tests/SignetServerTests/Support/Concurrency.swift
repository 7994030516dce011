import Foundation

/// Work on as many threads as are asked for, however few cores there are.
enum Concurrency {
  static func begin(_ count: Int, _ body: @escaping @Sendable () -> Void) -> DispatchGroup {
    let group = DispatchGroup()
    for _ in 0..<count {
      group.enter()
      Thread {
        body()
        group.leave()
      }.start()
    }
    return group
  }

  static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    begin(count, body).wait()
  }
}
