import NIOCore

/// The connections that are open. Lives on one event loop.
final class ConnectionRegistry {
  private let limit: Int
  private var connections: [ObjectIdentifier: Connection] = [:]
  private var isDraining = false
  /// Done when the last connection is closed after a stop was asked for.
  private let drained: EventLoopPromise<Void>

  init(limit: Int, drained: EventLoopPromise<Void>) {
    (self.limit, self.drained) = (limit, drained)
  }

  var count: Int { connections.count }

  /// - Returns: whether there is room for it
  func add(_ connection: Connection) -> Bool {
    connections[ObjectIdentifier(connection)] = connection
    connection.isDraining = isDraining
    return connections.count <= limit
  }

  func remove(_ connection: Connection) {
    connections[ObjectIdentifier(connection)] = nil
    if isDraining, connections.isEmpty { drained.succeed() }
  }

  func drain() {
    isDraining = true
    for connection in Array(connections.values) { connection.drain() }
    if connections.isEmpty { drained.succeed() }
  }
}
