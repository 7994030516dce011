import SignetModel

@testable import SignetServer

/// A server of small networks on a free port.
struct TestServer {
  let server: ModelServer

  init(
    _ models: [ServedModel]? = nil, _ change: (inout ServerSettings) -> Void = { _ in }
  ) throws {
    var settings = ServerSettings()
    settings.port = 0
    settings.graceSeconds = 0.3
    change(&settings)
    server = try ModelServer(
      models: models
        ?? TestModels.served(
          ("classes.signet", TestModels.classifier()), ("map.signet", TestModels.map()),
          ("sum.signet", TestModels.sum())), settings: settings)
  }

  func client() throws -> RawClient { try RawClient(port: server.port) }

  /// Answers one request on a connection of its own.
  func ask(
    _ method: String, _ path: String, _ headers: [String] = [], body: [UInt8]? = nil
  ) throws -> RawClient.Answer {
    try client().request(method, path, ["Host: localhost"] + headers, body: body)
  }

  /// Sends bytes as they are.
  func send(_ text: String) throws -> RawClient.Answer {
    let client = try client()
    client.send(text)
    return try client.answer()
  }
}
