import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Listens, and hands requests to a service.
final class HTTPServer: Sendable {
  let port: Int
  private let group: MultiThreadedEventLoopGroup
  private let loop: any EventLoop
  private let listener: any Channel
  private let registry: NIOLoopBound<ConnectionRegistry>
  private let drained: EventLoopFuture<Void>

  /// Connections that wait to be accepted.
  private static let backlog: Int32 = 512
  private static let reusePort = NIOBSDSocket.Option(rawValue: CInt(SO_REUSEPORT))
  /// How long a port may still be taken by a server that is stopping.
  static let patience = 1.0

  /// - Throws: ``ServerError``
  init(
    _ settings: ServerSettings, service: any RequestService, memory: RequestMemory
  ) throws(ServerError) {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let promise = loop.makePromise(of: Void.self)
    let registry = try Self.registry(loop, settings, promise)
    let bootstrap = Self.bootstrap(group) { channel in
      let connection = Connection(
        service: service, settings: settings, memory: memory, registry: registry.value)
      try Self.add(connection, to: channel, settings)
    }
    do throws(ServerError) {
      listener = try Self.bind(bootstrap, settings)
    } catch {
      promise.succeed()
      try? group.syncShutdownGracefully()
      throw error
    }
    (self.group, self.loop, self.registry) = (group, loop, registry)
    drained = promise.futureResult
    port = listener.localAddress?.port ?? settings.port
  }

  private static func registry(
    _ loop: any EventLoop, _ settings: ServerSettings, _ drained: EventLoopPromise<Void>
  ) throws(ServerError) -> NIOLoopBound<ConnectionRegistry> {
    do {
      return try loop.submit {
        NIOLoopBound(
          ConnectionRegistry(limit: settings.connections, drained: drained), eventLoop: loop)
      }.wait()
    } catch {
      throw .address(host: settings.host, port: settings.port, reason: "\(error)")
    }
  }

  private static func bootstrap(
    _ group: any EventLoopGroup, _ setUp: @escaping @Sendable (any Channel) throws -> Void
  ) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.socketOption(reusePort), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try setUp(channel) }
      }
  }

  private static func add(
    _ connection: Connection, to channel: any Channel, _ settings: ServerSettings
  ) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = settings.headBytes
    limits.maxHeaderListSize = settings.headBytes
    limits.maxHeaderFieldCount = settings.headerCount
    try channel.pipeline.syncOperations.addHandlers([
      ByteGate(connection), HTTPResponseEncoder(),
      ByteToMessageHandler(
        HTTPRequestDecoder(
          leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)),
      connection,
    ])
  }

  /// Stops taking connections, answers what was taken, and ends.
  ///
  /// - Parameter seconds: after which connections are cut
  func stop(within seconds: Double) {
    PortSharing.leaveNewConnectionsToOthers(listener)
    // What the system accepted for this listener before is taken, too.
    Thread.sleep(forTimeInterval: PortSharing.settlingSeconds)
    try? listener.close().wait()
    loop.execute { [registry] in registry.value.drain() }
    let waiting = loop.makePromise(of: Void.self)
    drained.cascade(to: waiting)
    loop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { waiting.succeed() }
    try? waiting.futureResult.wait()
    try? group.syncShutdownGracefully()
  }
}
