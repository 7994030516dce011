import NIOHTTP1

/// Who may ask: whoever has the token; and no page of another site, be it by its own requests or by
/// a name that it makes mean this machine (DNS rebinding).
struct AccessRules: Sendable {
  /// `nil`: everybody on this machine.
  let token: String?
  /// Whether only names of this machine may stand in the header Host.
  let isLoopback: Bool

  static let shortestToken = 16

  /// - Throws: ``ServerError`` where others could ask without a good token.
  init(_ settings: ServerSettings) throws(ServerError) {
    isLoopback = LoopbackHost.contains(settings.host)
    token = settings.token
    guard let token else {
      guard isLoopback else { throw .tokenMissing(host: settings.host) }
      return
    }
    guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw .token(reason: "expected letters, digits and signs of ASCII without spaces")
    }
    guard token.utf8.count >= Self.shortestToken else {
      throw .token(
        reason: "expected at least \(Self.shortestToken) characters, found \(token.utf8.count)")
    }
  }

  /// Of every request.
  func check(host head: HTTPRequestHead) throws(RequestError) {
    let hosts = head.headers["Host"]
    guard hosts.count == 1 || hosts.isEmpty && head.version == .http1_0 else {
      throw .badRequest("expected one header Host, found \(hosts.count)")
    }
    guard isLoopback else { return }
    guard let host = hosts.first.map(Self.name), LoopbackHost.contains(host) else {
      throw .forbidden(
        "the header Host names no address of this machine: ask for localhost or 127.0.0.1")
    }
  }

  /// Of requests for more than the page's own files.
  func check(caller head: HTTPRequestHead) throws(RequestError) {
    if let token {
      let given = head.headers["Authorization"]
      guard given.count == 1, let word = Self.bearer(given[0]), Self.equal(word, token) else {
        throw .unauthorized
      }
    }
    let sites = head.headers["Sec-Fetch-Site"]
    guard sites.allSatisfy({ ["same-origin", "none"].contains($0) }) else {
      throw .forbidden("another site's page may not ask")
    }
    for origin in head.headers["Origin"] {
      let authority = origin.split(separator: "/", omittingEmptySubsequences: false)
      guard authority.count == 3, ["http:", "https:"].contains(authority[0]),
        head.headers["Host"] == [String(authority[2])]
      else { throw .forbidden("another site's page may not ask") }
    }
  }

  /// `[::1]:80` → `::1`
  private static func name(of host: String) -> String {
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      return String(host[host.index(after: host.startIndex)..<end])
    }
    return String(host.prefix { $0 != ":" })
  }

  private static func bearer(_ value: String) -> Substring? {
    let words = value.split(separator: " ")
    return words.count == 2 && words[0].lowercased() == "bearer" ? words[1] : nil
  }

  /// Takes as long wherever the first difference is.
  private static func equal(_ given: Substring, _ token: String) -> Bool {
    let (given, token) = (Array(given.utf8), Array(token.utf8))
    var difference = given.count ^ token.count
    for index in token.indices {
      difference |= Int(token[index] ^ (index < given.count ? given[index] : 0))
    }
    return difference == 0
  }
}
