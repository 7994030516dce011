import Foundation

/// A client that sends whatever bytes it is told to.
final class RawClient {
  private let descriptor: CInt
  private var rest: [UInt8] = []

  struct Answer {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The code of a JSON error.
    var code: String? {
      let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
      return (object?["error"] as? [String: Any])?["code"] as? String
    }

    func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
      try JSONDecoder().decode(type, from: Data(body))
    }
  }

  init(port: Int, receiveBuffer: CInt? = nil) throws {
    #if canImport(Darwin)
      let kind = SOCK_STREAM
      var isSilent: CInt = 1
    #else
      let kind = CInt(SOCK_STREAM.rawValue)
    #endif
    descriptor = socket(AF_INET, kind, 0)
    #if canImport(Darwin)
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &isSilent, socklen_t(4))
    #endif
    var seconds = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &seconds, socklen_t(MemoryLayout<timeval>.size))
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(4))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  deinit { close(descriptor) }

  /// Writing to a closed connection is an error, not a signal.
  #if canImport(Darwin)
    private static let flags: CInt = 0
  #else
    private static let flags = CInt(MSG_NOSIGNAL)
  #endif

  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Self.flags)
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func request(
    _ method: String, _ path: String, _ headers: [String] = ["Host: localhost"],
    body: [UInt8]? = nil
  ) throws -> Answer {
    let length = body.map { ["Content-Length: \($0.count)"] } ?? []
    send("\(method) \(path) HTTP/1.1\r\n\((headers + length).joined(separator: "\r\n"))\r\n\r\n")
    if let body { send(body) }
    return try answer(hasBody: method != "HEAD")
  }

  /// No more will be sent.
  func endSending() { shutdown(descriptor, CInt(SHUT_WR)) }

  /// - Throws: where the server closes or does not answer.
  func answer(hasBody: Bool = true) throws -> Answer {
    while true {
      if let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
          .components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let length = hasBody ? headers["content-length"].flatMap { Int($0) } ?? 0 : 0
        while rest.count < end.upperBound + length { try receive() }
        let body = Array(rest[end.upperBound..<end.upperBound + length])
        rest.removeFirst(end.upperBound + length)
        return Answer(status: status, headers: headers, body: body)
      }
      try receive()
    }
  }

  /// Whether the server closes, be it after more bytes.
  func isClosed() -> Bool {
    do {
      while true { try receive() }
    } catch {
      return (error as? POSIXError)?.code != .EAGAIN
    }
  }

  private func receive() throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0 { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    guard count > 0 else { throw POSIXError(.ECONNRESET) }
    rest += buffer[..<count]
  }
}
