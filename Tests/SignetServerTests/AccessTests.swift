import SignetModel
import Testing
import ThrownErrors

@testable import SignetServer

/// Who may ask, and what else is not answered.
@Suite struct AccessTests {
  private static let token = "0123456789abcdef"

  @Test func otherNamesOfThisMachineAreRefused() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    for host in ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil", "localhost.evil", ""] {
      let answer = try server.client().request("GET", "/v1/models", ["Host: \(host)"])
      #expect(answer.status == 403 && answer.code == "forbidden", "\(host)")
    }
    for host in ["localhost", "LOCALHOST:99", "127.0.0.1:8080", "[::1]:1", "127.9.9.9"] {
      #expect(try server.client().request("GET", "/v1/models", ["Host: \(host)"]).status == 200)
    }
    #expect(try server.client().request("GET", "/healthz", ["Accept: */*"]).status == 400)
    #expect(
      try server.client().request("GET", "/healthz", ["Host: localhost", "Host: a"]).status == 400)
  }

  @Test func otherSitesMayNotAsk() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    let image = try TestModels.png { _, _ in true }
    let path = "/v1/models/classes/predict"
    func status(_ headers: String...) throws -> Int {
      try server.ask("POST", path, ["Content-Type: image/png"] + headers, body: image).status
    }
    for origin in ["http://evil.example", "null", "http://localhost:1", "file://", "localhost"] {
      #expect(try status("Origin: \(origin)") == 403, "\(origin)")
    }
    #expect(try status("Sec-Fetch-Site: cross-site") == 403)
    #expect(try status("Origin: http://localhost", "Sec-Fetch-Site: same-origin") == 200)
    #expect(try server.ask("OPTIONS", path, ["Origin: http://evil.example"]).status == 403)
  }

  @Test func tokensAreAskedFor() throws {
    let server = try TestServer { $0.token = Self.token }
    defer { _ = server.server.stop() }
    #expect(try server.ask("GET", "/healthz").status == 200)
    let without = try server.ask("GET", "/v1/models")
    #expect(without.status == 401 && without.headers["www-authenticate"] == "Bearer")
    for wrong in ["", "x", Self.token + "0", String(Self.token.dropLast()), "0123456789abcdeF"] {
      let answer = try server.ask("GET", "/metrics", ["Authorization: Bearer \(wrong)"])
      #expect(answer.status == 401, "\(wrong)")
    }
    #expect(
      try server.ask("GET", "/v1/models", ["Authorization: Bearer \(Self.token)"]).status == 200)
    #expect(try server.ask("POST", "/v1/models/classes/predict", body: [1]).status == 401)
  }

  @Test func othersMayOnlyListenWithAToken() throws {
    var settings = ServerSettings()
    settings.host = "0.0.0.0"
    #expect(throws: ServerError.tokenMissing(host: "0.0.0.0")) { try AccessRules(settings) }
    #expect(ServerError.tokenMissing(host: "0.0.0.0").description.contains("--token"))
    settings.token = "short"
    #expect(
      thrown(ServerError.self) { try AccessRules(settings) }
        .contains("at least 16 characters, found 5"))
    settings.token = "0123456789 abcdef"
    #expect(thrown(ServerError.self) { try AccessRules(settings) }.contains("without spaces"))
    settings.token = Self.token
    #expect(try AccessRules(settings).isLoopback == false)
  }

  @Test func namesOfModelsAreNoPaths() throws {
    let model = try TestModels.map()
    let names = TestModels.served(
      ("../../etc/passwd", model), ("a b/<x>.signet", model), ("..signet", model),
      ("x/y.signet", model), ("z/y.onnx", model)
    ).map(\.name)
    #expect(names == ["passwd", "x-", "model", "y", "y-2"])
  }

  @Test func pathsAndMethodsAreChecked() throws {
    let server = try TestServer()
    defer { _ = server.server.stop() }
    for path in [
      "/v1/models/..%2f..%2fetc%2fpasswd/predict", "/v1/models/%00/predict",
      "/v1/models/../../predict", "/nothing", "/v1", "/v1/models/map", "/v1/models//predict",
      "/..", "/v1/data", "/v1/runs", "/v1/data/images/1",
    ] {
      let isPost = path.hasSuffix("predict")
      let answer = try server.ask(isPost ? "POST" : "GET", path)
      #expect(answer.status == 404 && answer.code == "not_found", "\(path)")
    }
    let wrong = try server.ask("GET", "/v1/models/map/predict")
    #expect(wrong.status == 405 && wrong.headers["allow"] == "POST")
    #expect(try server.ask("DELETE", "/v1/models").status == 405)
    #expect(try server.ask("GET", "/healthz?x=1").status == 400)
    let image = try TestModels.png { _, _ in true }
    for query in ["top=0", "top=x", "top=5&top=6", "map=gif", "layers=2", "values=1"] {
      let answer = try server.ask(
        "POST", "/v1/models/map/predict?\(query)", ["Content-Type: image/png"], body: image)
      #expect(answer.status == 400, "\(query)")
    }
  }
}
