import Foundation
import NIOCore
import NIOPosix

extension HTTPServer {
  /// - Throws: ``ServerError``
  static func bind(
    _ bootstrap: ServerBootstrap, _ settings: ServerSettings
  ) throws(ServerError) -> any Channel {
    func attempt() throws -> any Channel {
      if !settings.takesOver { try probe(settings) }
      return try bootstrap.bind(host: settings.host, port: settings.port).wait()
    }
    let end = Date(timeIntervalSinceNow: patience)
    while true {
      do {
        return try attempt()
      } catch let error as IOError where error.errnoCode == EADDRINUSE {
        guard Date() < end else {
          throw .portInUse(host: settings.host, port: settings.port)
        }
        Thread.sleep(forTimeInterval: 0.05)
      } catch {
        throw .address(host: settings.host, port: settings.port, reason: "\(error)")
      }
    }
  }

  /// Listens for a moment as the only one, which fails where another server has the port: two that
  /// share it without being asked to would each get some of the requests.
  private static func probe(_ settings: ServerSettings) throws {
    guard settings.port != 0 else { return }
    let group = MultiThreadedEventLoopGroup.singleton
    let channel = try ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(host: settings.host, port: settings.port).wait()
    try channel.close().wait()
  }
}
