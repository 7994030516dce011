import Foundation
import SignetData
import SignetModel
import Testing

@testable import SignetServer

/// Requests of those who mean harm, or cannot speak.
@Suite struct HostileTests {
  private static let host = "Host: localhost\r\n"

  /// The server lives, whatever came before.
  private func checkHealth(_ server: TestServer) throws {
    #expect(try server.ask("GET", "/healthz").status == 200)
  }

  @Test(arguments: [
    "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
    "\u{16}\u{3}\u{1}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\n X: y\r\n\r\n",
    "GET http://evil/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /v1/models/map/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "POST /v1/models/map/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "POST /v1/models/map/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST /v1/models/map/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
      + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /v1/models/map/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
      + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    "POST /v1/models/map/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
      + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
  ])
  func whatIsNoRequestIsRefused(_ text: String) throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let client = try server.client()
    client.send(text)
    let answer = try client.answer()
    #expect(answer.status == 400, "\(answer.text)")
    try checkHealth(server)
  }

  @Test func longHeadsAreRefused() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let long = String(repeating: "a", count: 20_000)
    let many = (0..<100).map { "X-\($0): 1\r\n" }.joined()
    for head in [
      "GET /\(long) HTTP/1.1\r\n\(Self.host)", "GET / HTTP/1.1\r\n\(Self.host)X: \(long)\r\n",
      "GET / HTTP/1.1\r\n\(Self.host)\(many)", "GET / HTTP/1.1\r\n\(Self.host)\(long): 1\r\n",
    ] {
      let client = try server.client()
      client.send(head + "\r\n")
      #expect(try client.answer().status == 431)
      #expect(client.isClosed())
    }
    try checkHealth(server)
  }

  @Test func whatATypeDoesNotFitIsRefused() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let image = try TestModels.png { _, _ in true }
    func status(_ model: String, _ headers: [String], _ body: [UInt8]) throws -> Int {
      try server.ask("POST", "/v1/models/\(model)/predict", headers, body: body).status
    }
    for type in ["text/plain", "image/gif", "image/png, image/jpeg", "", "multipart/form-data"] {
      #expect(try status("map", ["Content-Type: \(type)"], image) == 415, "\(type)")
    }
    #expect(try status("map", [], image) == 415)
    #expect(
      try status("map", ["Content-Type: image/png", "Content-Type: image/png"], image) == 415)
    #expect(try status("map", ["Content-Type: image/jpeg"], image) == 415)
    #expect(try status("sum", ["Content-Type: image/png"], image) == 415)
    #expect(
      try status("map", ["Content-Type: image/png", "Content-Encoding: gzip"], image) == 415)
    #expect(try status("map", ["Content-Type: image/png"], []) == 422)
    #expect(try status("map", ["Content-Type: image/png"], Array(image.prefix(40))) == 422)
    #expect(try status("map", ["Content-Type: application/zip"], image) == 422)
    #expect(try status("map", ["Content-Type: application/json"], image) == 422)
  }

  @Test func bodiesHaveALimit() throws {
    let server = try TestServer { $0.bodyBytes = 1000 }
    defer { _ = server.server.stop() }
    let type = ["Content-Type: image/png"]
    let told = try server.ask(
      "POST", "/v1/models/map/predict", type, body: [UInt8](repeating: 0, count: 1001))
    #expect(told.status == 413 && told.code == "too_large")
    let client = try server.client()
    client.send(
      "POST /v1/models/map/predict HTTP/1.1\r\n\(Self.host)Content-Type: image/png\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n")
    let chunk = "1f4\r\n" + String(repeating: "x", count: 500) + "\r\n"
    client.send(chunk + chunk + chunk)
    #expect(try client.answer().status == 413)
    #expect(client.isClosed())
    #expect(try server.ask("GET", "/healthz", body: [1, 2, 3]).status == 413)
    try checkHealth(server)
  }

  @Test func truncatedBodiesAreRefused() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let client = try server.client()
    client.send(
      "POST /v1/models/map/predict HTTP/1.1\r\n\(Self.host)Content-Type: image/png\r\n"
        + "Content-Length: 100\r\n\r\nabc")
    client.endSending()
    #expect(try client.answer().status == 400)
    #expect(client.isClosed())
    try checkHealth(server)
  }

  @Test func slowClientsAreGivenUp() throws {
    let server = try TestServer {
      $0.readSeconds = 0.3
      $0.idleSeconds = 0.3
    }
    defer { _ = server.server.stop() }
    let head = try server.client()
    head.send("GET / HTTP/1.1\r\nHo")
    #expect(try head.answer().status == 408)
    #expect(head.isClosed())
    let body = try server.client()
    body.send(
      "POST /v1/models/map/predict HTTP/1.1\r\n\(Self.host)Content-Type: image/png\r\n"
        + "Content-Length: 100\r\n\r\nabc")
    #expect(try body.answer().status == 408)
    let silent = try server.client()
    #expect(silent.isClosed())
  }

  @Test func connectionsHaveALimit() throws {
    let server = try TestServer { $0.connections = 2 }
    let kept = [try server.client(), try server.client()]
    for client in kept { #expect(try client.request("GET", "/healthz").status == 200) }
    let third = try server.client()
    let answer = try third.answer()
    #expect(answer.status == 503 && answer.headers["retry-after"] == "1")
    #expect(third.isClosed())
    _ = server.server.stop()
  }

  @Test func imagesThatGrowAreRefused() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    // 30,000 × 30,000 pixels in a header alone.
    var bomb = try TestModels.png { _, _ in true }
    for (offset, byte) in [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30].enumerated() {
      bomb[16 + offset] = UInt8(byte)
    }
    let claimed = try server.ask(
      "POST", "/v1/models/map/predict", ["Content-Type: image/png"], body: bomb)
    #expect(claimed.status == 413 && claimed.text.contains("30000"), "\(claimed.text)")
    // What is there, in few bytes.
    let black = try TestModels.png(width: 6000, height: 6000) { _, _ in false }
    #expect(black.count < 100_000)
    let real = try server.ask(
      "POST", "/v1/models/map/predict", ["Content-Type: image/png"], body: black)
    #expect(real.status == 413)
    try checkHealth(server)
  }

  @Test func archivesThatGrowAreRefused() throws {
    let server = try TestServer { $0.bodyBytes = 4096 }
    defer { _ = server.server.stop() }
    var archive = NPZFile()
    archive.add("a", try #require(DenseTensor(extents: [1, 3], values: [1, 2, 3])))
    var bytes = Array(archive.bytes)
    // The directory says that the entry has 1 GiB.
    let entry = try #require(bytes.firstRange(of: [0x50, 0x4b, 1, 2])?.lowerBound)
    for (offset, byte) in [0, 0, 0, 0x40].enumerated() { bytes[entry + 24 + offset] = UInt8(byte) }
    let answer = try server.ask(
      "POST", "/v1/models/sum/predict", ["Content-Type: application/x-npz"], body: bytes)
    #expect(answer.status == 413 && answer.text.contains("1073741824"), "\(answer.text)")
  }

  @Test func nothingThatIsSentComesBackAsAHeader() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    for path in [
      "/%0d%0aX-Evil:%201", "/v1/models/%0d%0aX-Evil:1/predict", "/healthz?a%0d%0aX-Evil:1",
    ] {
      let answer = try server.ask("GET", path)
      #expect(answer.headers["x-evil"] == nil && answer.status >= 400)
    }
    let answer = try server.ask(
      "POST", "/v1/models/map/predict", ["Content-Type: image/png\u{b}X-Evil: 1"], body: [1])
    #expect(answer.headers["x-evil"] == nil && answer.status >= 400)
  }

  /// Who asks and does not listen holds memory for a while, and not for ever.
  @Test func answersThatNobodyTakesAreGivenUp() throws {
    let server = try TestServer(TestModels.served(("slow.signet", TestModels.slow()))) {
      $0.readSeconds = 1
    }
    defer { _ = server.server.stop() }
    let deaf = try RawClient(port: server.server.port, receiveBuffer: 4096)
    let body = try ServerTests.noise()
    deaf.send(
      "POST /v1/models/slow/predict HTTP/1.1\r\n\(Self.host)Content-Type: application/x-npz\r\n"
        + "Content-Length: \(body.count)\r\n\r\n")
    deaf.send(body)
    var held = 0
    for _ in 0..<100 where held == 0 {
      Thread.sleep(forTimeInterval: 0.1)
      held = try Self.heldBytes(server)
    }
    #expect(held > 1_000_000)
    for _ in 0..<300 where held > 0 {
      Thread.sleep(forTimeInterval: 0.1)
      held = try Self.heldBytes(server)
    }
    #expect(held == 0)
  }

  private static func heldBytes(_ server: TestServer) throws -> Int {
    let name = "signet_request_memory_bytes "
    let line = try server.ask("GET", "/metrics").text.split(separator: "\n")
      .first { $0.hasPrefix(name) }
    return line.flatMap { Int($0.dropFirst(name.count)) } ?? -1
  }
}
