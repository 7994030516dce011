import NIOCore

/// Stands before the decoder and tells its connection of bytes: a head that comes slowly is none yet.
final class ByteGate: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: Connection

  init(_ connection: Connection) {
    self.connection = connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.noteBytes(unwrapInboundIn(data).readableBytes)
    context.fireChannelRead(data)
  }
}
