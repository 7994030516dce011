import NIOCore
import NIOHTTP1

/// What a connection is to send.
struct Response: Sendable {
  var status: HTTPResponseStatus = .ok
  /// One of ours: no header carries what a request says.
  var contentType: String
  var body: ByteBuffer
  var retryAfter: Int?
  var allow: String?
  /// What the answer holds of the memory for requests, until it is sent.
  var claim: MemoryClaim?

  init(status: HTTPResponseStatus = .ok, contentType: String, body: ByteBuffer) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  init(_ text: String, contentType: String) {
    self.init(contentType: contentType, body: ByteBuffer(string: text))
  }

  /// A JSON object.
  init(status: HTTPResponseStatus = .ok, json: JSONWriter) {
    self.init(status: status, contentType: "application/json", body: json.buffer)
  }

  init(_ error: RequestError) {
    var json = JSONWriter()
    json.object {
      $0.member("error") {
        $0.object {
          $0.member("code", error.code)
          $0.member("message", error.message)
        }
      }
    }
    self.init(status: error.status, json: json)
    retryAfter = error.retryAfter
    allow = error.allow
  }

  /// Nothing but this server's own scripts, styles and pictures counts in what is sent, whatever
  /// gets into it, and no other page can show or read it.
  private static let fixedHeaders: [(String, String)] = [
    (
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        + "connect-src 'self'; media-src blob:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"),
    ("Cache-Control", "no-store"),
  ]

  func head(closes: Bool) -> HTTPResponseHead {
    var headers = HTTPHeaders(Self.fixedHeaders)
    headers.add(name: "Content-Type", value: contentType)
    headers.add(name: "Content-Length", value: String(body.readableBytes))
    headers.add(name: "Connection", value: closes ? "close" : "keep-alive")
    if let retryAfter { headers.add(name: "Retry-After", value: String(retryAfter)) }
    if let allow { headers.add(name: "Allow", value: allow) }
    if status == .unauthorized { headers.add(name: "WWW-Authenticate", value: "Bearer") }
    return HTTPResponseHead(version: .http1_1, status: status, headers: headers)
  }
}
