/// What a server listens on, and what it lets requests take.
package struct ServerSettings: Sendable {
  /// A name or address of this machine.
  package var host = "127.0.0.1"
  /// 0 takes any that is free.
  package var port = 8080
  /// What requests must show as `Authorization: Bearer`; `nil` asks for nothing.
  package var token: String?
  /// Whether another server of the same user may have the port, too, until it stops.
  package var takesOver = false

  /// Requests that are worked on at the same time, each with an engine of its own for each model.
  package var workers = 1
  /// Threads of one run.
  package var threads = 1
  /// Requests that may wait for a worker.
  package var queue = 64
  package var connections = 256

  /// Bytes of one request's body.
  package var bodyBytes = 16 << 20
  /// Bytes of a request's line and headers together.
  package var headBytes = 16 << 10
  package var headerCount = 64
  /// Bytes that all requests together may ask of memory, beside the engines'.
  package var memoryBytes = 320 << 20
  /// Samples of one request.
  package var samples = 64

  /// Seconds until the head of a request is there, its body, and until the answer is taken.
  package var readSeconds = 20.0
  /// Seconds that a connection may do nothing.
  package var idleSeconds = 30.0
  /// Seconds until a request is answered.
  package var workSeconds = 30.0
  /// Seconds that a connection may go on after a stop is asked for before it is closed.
  package var graceSeconds = 1.0

  package init() {}
}
