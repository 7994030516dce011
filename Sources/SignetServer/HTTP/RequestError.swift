import NIOHTTP1

/// Why a request gets no answer of its own; what a client is told.
struct RequestError: Error, Hashable {
  let status: HTTPResponseStatus
  /// For programs.
  let code: String
  let message: String
  /// Seconds.
  var retryAfter: Int?
  /// The methods that a path has.
  var allow: String?

  private init(
    _ status: HTTPResponseStatus, _ code: String, _ message: String, retryAfter: Int? = nil,
    allow: String? = nil
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.retryAfter = retryAfter
    self.allow = allow
  }

  static func badRequest(_ message: String) -> RequestError {
    RequestError(.badRequest, "bad_request", message)
  }

  static let unauthorized = RequestError(
    .unauthorized, "unauthorized", "expected the header Authorization: Bearer and the token")

  static func forbidden(_ message: String) -> RequestError {
    RequestError(.forbidden, "forbidden", message)
  }

  static func notFound(_ message: String) -> RequestError {
    RequestError(.notFound, "not_found", message)
  }

  static func method(allow: String) -> RequestError {
    RequestError(
      .methodNotAllowed, "method_not_allowed", "expected \(allow)", allow: allow)
  }

  static func slow(_ part: String) -> RequestError {
    RequestError(.requestTimeout, "slow_request", "the request's \(part) did not arrive in time")
  }

  static func tooLarge(_ message: String) -> RequestError {
    RequestError(.payloadTooLarge, "too_large", message)
  }

  static func mediaType(_ message: String) -> RequestError {
    RequestError(.unsupportedMediaType, "unsupported_media_type", message)
  }

  /// The body is of the right type, and is not what it should be.
  static func unusable(_ message: String) -> RequestError {
    RequestError(.unprocessableEntity, "unusable_input", message)
  }

  static let headTooLarge = RequestError(
    .requestHeaderFieldsTooLarge, "head_too_large", "the request's line and headers are too long")

  static func busy(_ message: String, retryAfter: Int) -> RequestError {
    RequestError(.serviceUnavailable, "busy", message, retryAfter: retryAfter)
  }

  static let outOfTime = RequestError(
    .serviceUnavailable, "out_of_time", "the request was not done in time", retryAfter: 2)

  static func failed(_ message: String) -> RequestError {
    RequestError(.internalServerError, "failed", message)
  }
}
