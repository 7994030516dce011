import Foundation
import SignetData
import SignetModel
import Testing

@testable import SignetServer

/// Routes, connections, the queue, and how a server ends.
@Suite struct ServerTests {
  @Test func everyAnswerIsGuarded() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    for path in ["/healthz", "/v1/models", "/metrics", "/nothing", "/"] {
      let headers = try server.ask("GET", path).headers
      #expect(headers["content-security-policy"]?.contains("default-src 'none'") == true)
      #expect(headers["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
      #expect(headers["content-security-policy"]?.contains("unsafe") == false)
      #expect(headers["x-content-type-options"] == "nosniff")
      #expect(headers["referrer-policy"] == "no-referrer")
    }
    let head = try server.ask("HEAD", "/healthz")
    #expect(head.status == 200 && head.headers["content-length"] == "15")
  }

  @Test func requestsAreCounted() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let image = try TestModels.png { _, _ in true }
    for _ in 0..<3 {
      _ = try server.ask(
        "POST", "/v1/models/map/predict", ["Content-Type: image/png"], body: image)
    }
    _ = try server.ask("GET", "/v1/models/\"} 1/predict")
    let text = try server.ask("GET", "/metrics").text
    #expect(text.contains("signet_requests_total{route=\"predict\",status=\"200\"} 3\n"))
    #expect(text.contains("signet_run_seconds_count{model=\"map\"} 3\n"))
    #expect(text.contains("signet_request_seconds_bucket{route=\"predict\",le=\"+Inf\"} 3\n"))
    #expect(text.contains("signet_queue_depth 0\n") && text.contains("signet_in_flight 0\n"))
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(
        line.wholeMatch(of: /[a-z_]+(\{[a-z_]+="[^"]*"(,le="[^"]*")?(,status="\d+")?\})? [-+.e\d]+/)
          != nil, "\(line)")
    }
  }

  @Test func connectionsAreKept() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let client = try server.client()
    for _ in 0..<3 {
      let answer = try client.request("GET", "/healthz")
      #expect(answer.status == 200 && answer.headers["connection"] == "keep-alive")
    }
    #expect(
      try client.request("GET", "/healthz", ["Host: localhost", "Connection: close"]).status == 200)
    #expect(client.isClosed())
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let client = try server.client()
    let get = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    let post =
      "POST /v1/models/sum/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      + "Content-Length: 2\r\n\r\n{}"
    client.send(String(repeating: get + post, count: 50))
    for _ in 0..<50 {
      #expect(try client.answer().status == 200)
      #expect(try client.answer().status == 422)
    }
  }

  @Test func bodiesComeInChunksAndAfterPermission() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let client = try server.client()
    let head =
      "POST /v1/models/sum/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    client.send(head + "Transfer-Encoding: chunked\r\n\r\n")
    let body = #"{"inputs":{"a":{"data":[1,2,3]},"b":{"data":[1,2,3]}}}"#
    for character in body { client.send("1\r\n\(character)\r\n") }
    client.send("0\r\n\r\n")
    #expect(try client.answer().text.contains("[2.0,4.0,6.0]"))
    client.send(head + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
    #expect(try client.answer().status == 100)
    client.send(body)
    #expect(try client.answer().status == 200)
    // A refusal comes instead of the permission.
    client.send(
      "POST /v1/models/none/predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        + "Content-Length: 5\r\n\r\n")
    #expect(try client.answer().status == 404)
  }

  @Test func aFullQueueSaysWhenToComeBack() throws {
    let server = try TestServer(TestModels.served(("slow.signet", TestModels.slow()))) {
      $0.workers = 1
      $0.queue = 1
    }
    let body = try Self.noise()
    let answers = Guarded<[RawClient.Answer]>([])
    Concurrency.run(8) {
      guard
        let answer = try? server.ask(
          "POST", "/v1/models/slow/predict?map=png", ["Content-Type: application/x-npz"],
          body: body)
      else { return }
      answers.update { $0.append(answer) }
    }
    let statuses = answers.value.map(\.status)
    #expect(statuses.count == 8 && Set(statuses) == [200, 503], "\(statuses)")
    let busy = try #require(answers.value.first { $0.status == 503 })
    #expect(busy.code == "busy" && (busy.headers["retry-after"].flatMap { Int($0) } ?? 0) >= 1)
    #expect(server.server.stop() == Tally(taken: 8, answered: 8))
  }

  static func noise() throws -> [UInt8] {
    var archive = NPZFile()
    let values = (0..<48 * 192 * 192).map { Float($0 % 7) }
    let tensor = DenseTensor(extents: [1, 48, 192, 192], values: values)
    archive.add("input", try #require(tensor))
    return Array(archive.bytes)
  }

  @Test func workThatTakesTooLongIsGivenUp() throws {
    let server = try TestServer(TestModels.served(("slow.signet", TestModels.slow()))) {
      $0.workers = 1
      $0.workSeconds = 0.001
    }
    defer { _ = server.server.stop() }
    let answer = try server.ask(
      "POST", "/v1/models/slow/predict?map=png", ["Content-Type: application/x-npz"],
      body: Self.noise())
    #expect(answer.status == 503 && answer.code == "out_of_time")
    #expect(try server.ask("GET", "/healthz").status == 200)
  }

  /// A server that stops under load answers all that it has taken.
  @Test func stoppingLosesNothing() throws {
    let server = try TestServer()
    let body = Array(#"{"inputs":{"a":{"data":[1,2,3]},"b":{"data":[1,2,3]}}}"#.utf8)
    let port = server.server.port
    let counts = Guarded((answered: 0, lost: 0))
    let isOver = Guarded(false)
    let clients = Concurrency.begin(8) {
      while !isOver.value {
        // Who is not let in at all has lost nothing.
        guard let client = try? RawClient(port: port) else { return }
        var isNew = true
        while true {
          guard
            let answer = try? client.request(
              "POST", "/v1/models/sum/predict",
              ["Host: localhost", "Content-Type: application/json"], body: body),
            answer.status == 200
          else {
            // A connection that the system took and the server did not yet has said nothing.
            counts.update { $0.lost += isNew ? 0 : 1 }
            return
          }
          isNew = false
          counts.update { $0.answered += 1 }
          if answer.headers["connection"] == "close" { break }
        }
      }
    }
    for _ in 0..<200 where counts.value.answered < 100 { Thread.sleep(forTimeInterval: 0.05) }
    let tally = server.server.stop()
    isOver.update { $0 = true }
    clients.wait()
    #expect(counts.value.lost == 0)
    #expect(tally.taken == tally.answered && tally.answered == counts.value.answered)
    #expect(tally.answered >= 100)
  }

  @Test func aPortIsTakenOnceOrHandedOver() throws {
    let first = try TestServer()
    let port = first.server.port
    let error = #expect(throws: ServerError.self) { try TestServer { $0.port = port } }
    #expect(error == .portInUse(host: "127.0.0.1", port: port))
    let second = try TestServer {
      $0.port = port
      $0.takesOver = true
    }
    _ = first.server.stop()
    #expect(try second.ask("GET", "/healthz").status == 200)
    _ = second.server.stop()
    // At once, though connections of the one before are not forgotten yet.
    let third = try TestServer { $0.port = port }
    #expect(try third.ask("GET", "/healthz").status == 200)
    _ = third.server.stop()
  }
}
