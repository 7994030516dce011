import Foundation
import NIOCore
import NIOHTTP1

/// From a request to its answer.
extension Connection {
  func work(
    _ body: RequestBody, _ begin: @Sendable (RequestBody, Reply) throws(RequestError) -> Void
  ) {
    guard let context else { return }
    state = .working
    let ticket = Ticket()
    self.ticket = ticket
    let this = NIOLoopBound(self, eventLoop: context.eventLoop)
    let reply = Reply(
      isAbandoned: { ticket.isAbandoned },
      send: { response in
        this.eventLoop.execute {
          // A time-out may have answered before.
          guard !ticket.isAbandoned else { return }
          this.value.answer(response)
        }
      })
    arm(settings.workSeconds) { $0.answer(Response(.outOfTime)) }
    do throws(RequestError) {
      try begin(body, reply)
    } catch {
      answer(Response(error))
    }
  }

  /// Answers what cannot be taken any further, and closes.
  func refuse(_ error: RequestError) {
    switch state {
    case .idle, .receiving: break
    case .working, .answering, .lingering, .closed: return
    }
    if exchange.route.isEmpty { exchange.route = "unread" }
    closesAfterAnswer = true
    answer(Response(error))
  }

  func answer(_ response: Response) {
    guard let context else { return }
    ticket?.abandon()
    ticket = nil
    (body, claim, chunkedCapacity) = (ByteBuffer(), nil, 0)
    state = .answering
    let closes = closesAfterAnswer || isDraining
    exchange.status = Int(response.status.code)
    exchange.sentBytes = response.body.readableBytes
    arm(settings.readSeconds) { $0.close() }
    context.write(wrapOutboundOut(.head(response.head(closes: closes))), promise: nil)
    if !isHead, response.body.readableBytes > 0 {
      context.write(wrapOutboundOut(.body(.byteBuffer(response.body))), promise: nil)
    }
    let sent = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    let this = NIOLoopBound(self, eventLoop: context.eventLoop)
    sent.futureResult.whenComplete { result in
      // The answer holds its memory until here.
      withExtendedLifetime(response.claim) {
        if case .success = result { this.value.answered(closes: closes) }
      }
    }
  }

  private func answered(closes: Bool) {
    exchange.seconds = Double((NIODeadline.now() - began).nanoseconds) * 1e-9
    service.note(exchange)
    // The client may have ended its side meanwhile.
    guard closes || closesAfterAnswer else {
      becomeIdle()
      processPending()
      readIfNeeded()
      return
    }
    linger()
  }

  /// Seconds that a client has to take its answer before the connection is gone.
  private static let lingerSeconds = 1.0

  private func linger() {
    state = .lingering
    pending = []
    arm(Self.lingerSeconds) { $0.close() }
    context?.close(mode: .output, promise: nil)
    context?.read()
  }

  /// Does something later, instead of what was to be done before.
  func arm(_ seconds: Double, _ action: @escaping @Sendable (Connection) -> Void) {
    deadline?.cancel()
    guard let context else { return }
    let this = NIOLoopBound(self, eventLoop: context.eventLoop)
    deadline = context.eventLoop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) {
      action(this.value)
    }
  }
}

/// Whether anybody waits for an answer; asked from other threads.
final class Ticket: @unchecked Sendable {
  private let lock = NSLock()
  private var abandoned = false

  var isAbandoned: Bool { lock.withLock { abandoned } }

  func abandon() { lock.withLock { abandoned = true } }
}
