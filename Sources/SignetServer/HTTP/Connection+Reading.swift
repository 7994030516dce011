import NIOCore
import NIOHTTP1

/// From parts of a request to a request.
extension Connection {
  func processPending() {
    while !pending.isEmpty {
      switch state {
      case .idle, .receiving: process(pending.removeFirst())
      case .working, .answering: return
      case .lingering, .closed: pending = []
      }
    }
  }

  func readIfNeeded() {
    switch state {
    case .idle, .receiving, .lingering: if pending.isEmpty { context?.read() }
    case .working, .answering, .closed: break
    }
  }

  private func process(_ part: HTTPServerRequestPart) {
    switch (part, state) {
    case (.head(let head), .idle): begin(head)
    case (.body(let bytes), .receiving(_, let plan)): take(bytes, plan)
    case (.end, .receiving(_, let plan)): finish(plan)
    // The decoder gives parts in order; an answer before the end has closed what was left.
    default: break
    }
  }

  private func begin(_ head: HTTPRequestHead) {
    began = .now()
    service.noteBegin()
    closesAfterAnswer = !head.isKeepAlive || closesAfterAnswer
    exchange.route = service.routeName(of: head)
    isHead = head.method == .HEAD
    do throws(RequestError) {
      let length = try Self.length(of: head)
      let plan = try service.plan(head)
      if case .work(let limit, _) = plan, let length, length > 0 {
        guard length <= limit else {
          throw .tooLarge("the body has \(length) bytes; at most \(limit) are taken")
        }
        // Its bytes are there twice for a moment, when they are decoded.
        guard let claim = memory.claim(2 * length, .bodies) else {
          throw .busy("other requests have the memory for bodies", retryAfter: 1)
        }
        self.claim = claim
      }
      state = .receiving(head, plan)
      arm(settings.readSeconds) { $0.refuse(.slow("body")) }
      if head.headers["Expect"].contains(where: { $0.lowercased() == "100-continue" }) {
        context?.writeAndFlush(
          wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))),
          promise: nil)
      }
    } catch {
      let hasBody =
        !head.headers["Transfer-Encoding"].isEmpty || (try? Self.length(of: head)) != 0
      if hasBody {
        refuse(error)
      } else {
        // The rest of this request is its end alone, so the connection can go on.
        state = .receiving(head, .answer(Response(error)))
      }
    }
  }

  /// - Returns: 0 without a body, `nil` where its chunks tell its length
  private static func length(of head: HTTPRequestHead) throws(RequestError) -> Int? {
    if !head.headers["Transfer-Encoding"].isEmpty { return nil }
    let lengths = head.headers["Content-Length"]
    guard let text = lengths.first else { return 0 }
    guard lengths.count == 1, let length = Int(text), length >= 0 else {
      throw .badRequest("expected one header Content-Length with a number")
    }
    return length
  }

  private func take(_ bytes: ByteBuffer, _ plan: RequestPlan) {
    guard case .work(let limit, _) = plan else {
      refuse(.tooLarge("this request takes no body"))
      return
    }
    let count = body.readableBytes + bytes.readableBytes
    guard count <= limit else {
      refuse(.tooLarge("the body has more than \(limit) bytes"))
      return
    }
    if count > body.capacity || claim == nil {
      guard makeRoom(for: count, limit: limit) else {
        refuse(.busy("other requests have the memory for bodies", retryAfter: 1))
        return
      }
    }
    var bytes = bytes
    body.writeBuffer(&bytes)
  }

  /// A body whose length was told has its memory already; one of chunks gets it as it grows.
  private func makeRoom(for count: Int, limit: Int) -> Bool {
    if isChunked {
      let capacity = min(limit, max(64 << 10, 2 * body.capacity, count))
      let more = 2 * (capacity - chunkedCapacity)
      if let claim {
        guard claim.grow(by: more) else { return false }
      } else {
        claim = memory.claim(more, .bodies)
        guard claim != nil else { return false }
      }
      chunkedCapacity = capacity
      body.reserveCapacity(capacity)
    } else if case .receiving(let head, _) = state,
      let length = head.headers["Content-Length"].first.flatMap({ Int($0) })
    {
      body.reserveCapacity(length)
    }
    return true
  }

  private var isChunked: Bool {
    if case .receiving(let head, _) = state { return !head.headers["Transfer-Encoding"].isEmpty }
    return false
  }

  private func finish(_ plan: RequestPlan) {
    deadline?.cancel()
    let whole = RequestBody(bytes: body, claim: claim)
    (body, claim, chunkedCapacity) = (ByteBuffer(), nil, 0)
    switch plan {
    case .answer(let response): answer(response)
    case .work(_, let begin): work(whole, begin)
    }
  }
}
