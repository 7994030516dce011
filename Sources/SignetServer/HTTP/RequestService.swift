import NIOCore
import NIOHTTP1

/// What connections hand their requests to.
protocol RequestService: AnyObject, Sendable {
  /// The name of what is asked for, for counting; never what the request says.
  func routeName(of head: HTTPRequestHead) -> String

  /// What to do about a request, before its body is there.
  ///
  /// - Throws: ``RequestError`` that is the answer.
  func plan(_ head: HTTPRequestHead) throws(RequestError) -> RequestPlan

  /// Counts a request whose head is there.
  func noteBegin()

  /// Counts an answer that was sent.
  func note(_ exchange: Exchange)
}

enum RequestPlan {
  case answer(Response)
  /// - bodyBytes: the most that the body may have
  /// - begin: hands the work on; it answers once, from any thread
  case work(bodyBytes: Int, begin: @Sendable (RequestBody, Reply) throws(RequestError) -> Void)
}

/// A whole body, and the memory that it holds.
struct RequestBody: Sendable {
  var bytes: ByteBuffer
  var claim: MemoryClaim?
}

/// Takes the answer to one request.
struct Reply: Sendable {
  /// Whether nobody waits for the answer any more.
  let isAbandoned: @Sendable () -> Bool
  let send: @Sendable (Response) -> Void
}

/// A request and its answer, for counting.
struct Exchange: Sendable {
  var route: String
  var status: Int
  var seconds: Double
  var receivedBytes: Int
  var sentBytes: Int
}
