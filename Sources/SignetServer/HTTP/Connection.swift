import NIOCore
import NIOHTTP1

/// One client's connection: takes one request after another, each only when the answer to the one
/// before is sent, so that what a client can make wait in memory is what one read brings.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  enum State {
    /// Waits for a request's head.
    case idle
    /// Waits for the rest of a body.
    case receiving(HTTPRequestHead, RequestPlan)
    /// Somebody works on the answer.
    case working
    case answering
    /// All is said; what the client still sends is read for a while, for a closed connection with
    /// unread bytes would take the answer from the client.
    case lingering
    case closed
  }

  let service: any RequestService
  let settings: ServerSettings
  let memory: RequestMemory
  let registry: ConnectionRegistry
  var state = State.idle
  /// Parts that came while the request before was not answered.
  var pending: [HTTPServerRequestPart] = []
  var body = ByteBuffer()
  var claim: MemoryClaim?
  /// Of a body in chunks: bytes that memory was claimed for.
  var chunkedCapacity = 0
  /// Set when an answer is no longer wanted.
  var ticket: Ticket?
  var deadline: Scheduled<Void>?
  var hasBegunHead = false
  /// Whether only the head of the answer is wanted.
  var isHead = false
  var closesAfterAnswer = false
  var isDraining = false
  var exchange = Exchange(route: "", status: 0, seconds: 0, receivedBytes: 0, sentBytes: 0)
  var began = NIODeadline.now()
  var context: ChannelHandlerContext?

  init(
    service: any RequestService, settings: ServerSettings, memory: RequestMemory,
    registry: ConnectionRegistry
  ) {
    (self.service, self.settings, self.memory, self.registry) = (
      service, settings, memory, registry
    )
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    let isAdmitted = registry.add(self)
    context.fireChannelActive()
    guard isAdmitted else {
      closesAfterAnswer = true
      exchange.route = "refused"
      answer(Response(.busy("too many connections", retryAfter: 1)))
      return
    }
    becomeIdle()
    readIfNeeded()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  /// Bytes have come; they may be the beginning of a head.
  func noteBytes(_ count: Int) {
    exchange.receivedBytes += count
    guard case .idle = state, !hasBegunHead else { return }
    hasBegunHead = true
    arm(settings.readSeconds) { $0.refuse(.slow("head")) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    pending.append(unwrapInboundIn(data))
    processPending()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    readIfNeeded()
    context.fireChannelReadComplete()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? ChannelEvent, event == .inputClosed else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    switch state {
    // A client that only listens still gets its answer.
    case .working, .answering: closesAfterAnswer = true
    // A body that ends too soon is told of by the decoder.
    case .idle, .receiving, .lingering, .closed: close()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch state {
    case .lingering, .closed: return
    case .working, .answering:
      closesAfterAnswer = true
      pending = []
      return
    case .idle, .receiving: break
    }
    guard let error = error as? HTTPParserError else {
      close()
      return
    }
    switch error {
    case .headerOverflow: refuse(.headTooLarge)
    case .invalidEOFState: refuse(.badRequest("the request ends too soon"))
    default: refuse(.badRequest("this is no HTTP/1.1 request"))
    }
  }

  /// A stop is asked for. A request that is on its way is still answered: clients cannot know.
  func drain() {
    isDraining = true
    if case .idle = state { becomeIdle() }
  }

  func becomeIdle() {
    state = .idle
    hasBegunHead = false
    isHead = false
    exchange = Exchange(route: "", status: 0, seconds: 0, receivedBytes: 0, sentBytes: 0)
    arm(isDraining ? settings.graceSeconds : settings.idleSeconds) { $0.close() }
  }

  func close() {
    context?.close(promise: nil)
  }

  private func end() {
    deadline?.cancel()
    deadline = nil
    ticket?.abandon()
    ticket = nil
    state = .closed
    pending = []
    body = ByteBuffer()
    claim = nil
    context = nil
    registry.remove(self)
  }
}
