import ArgumentParser
import Foundation
import SignetServer

/// Where a server listens, and what requests may take.
struct ServingOptions: ParsableArguments {
  @Option(help: "The port to listen on; 0 takes a free one.")
  var port = 8080

  @Option(
    help: """
      Listen on this name or address of the machine, where others can reach it; needs --token. What \
      is sent is not encrypted. (default: 127.0.0.1)
      """)
  var host: String?

  @Option(
    help: """
      What requests must show as the header Authorization: Bearer. SIGNET_TOKEN says the same, where \
      other users cannot read it.
      """)
  var token: String?

  @Flag(
    help: """
      Share the port with a signet serve that is there; when that one is stopped, all requests come \
      here, and none is lost.
      """)
  var takeOver = false

  @Option(
    help:
      "Requests that are worked on at a time, each on --threads, or one thread. (default: as many as cores allow)"
  )
  var workers: Int?

  @Option(help: "Requests that may wait; further ones are told to come back (503).")
  var queue = 64

  @Option(help: "Connections that may be open at a time.")
  var connections = 256

  @Option(help: ArgumentHelp("The largest body of a request, such as 16MiB.", valueName: "size"))
  var maxBody = ByteSize(bytes: 16 << 20)

  @Option(
    help: ArgumentHelp(
      "Most memory that all requests together may take, beside the models.", valueName: "size"))
  var memory = ByteSize(bytes: 320 << 20)

  @Option(help: "Seconds until a request is answered, or given up.")
  var timeout = 30.0

  @Option(
    help: "Seconds that a client has to send a request's head, its body, and to take the answer.")
  var readTimeout = 20.0

  func validate() throws {
    try check("--port", port, in: 0...65535)
    try check("--workers", workers, in: 1...256)
    try check("--queue", queue, in: 0...100_000)
    try check("--connections", connections, in: 1...100_000)
    try check("--max-body", maxBody.bytes, in: 1024...1 << 30)
    try check("--memory", memory.bytes, in: 16 << 20...1 << 40)
    try check("--timeout", timeout, in: 0.1...3600)
    try check("--read-timeout", readTimeout, in: 0.1...3600)
    guard maxBody.bytes <= memory.bytes / 8 else {
      throw ValidationError(
        "--max-body: expected at most an eighth of --memory, \(memory.bytes / 8) bytes, found "
          + "\(maxBody.bytes)")
    }
  }

  /// - Parameter threads: of one run; `nil`: one
  func settings(threads: Int?) -> ServerSettings {
    var settings = ServerSettings()
    if let host { settings.host = host }
    settings.port = port
    settings.token =
      token ?? ProcessInfo.processInfo.environment["SIGNET_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    settings.takesOver = takeOver
    settings.threads = threads ?? 1
    settings.workers =
      workers ?? max(1, ProcessInfo.processInfo.activeProcessorCount / settings.threads)
    settings.queue = queue
    settings.connections = connections
    settings.bodyBytes = maxBody.bytes
    settings.memoryBytes = memory.bytes
    settings.workSeconds = timeout
    settings.readSeconds = readTimeout
    return settings
  }
}
