import Foundation

/// The built `signet` command.
struct Command {
  struct Output {
    var status: Int32
    var standardOutput: String
    var standardError: String

    /// The one JSON object that `--json` prints.
    func json() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(standardOutput.utf8))
      guard let object = value as? [String: Any] else { throw Failure.notAnObject(standardOutput) }
      return object
    }
  }

  enum Failure: Error {
    case notAnObject(String)
    case neverSaid(String, standardError: String)
    case status(Int32, standardError: String)
  }

  let arguments: [String]
  private let program: URL

  init(_ arguments: String...) {
    self.init(arguments: arguments)
  }

  init(arguments: [String]) {
    self.arguments = arguments
    program = Self.executable
  }

  /// A script for the shell, in which `signet` is the built command.
  init(shell script: String) {
    arguments = ["-c", "signet() { '\(Self.executable.path)' \"$@\"; }\n" + script]
    program = URL(fileURLWithPath: "/bin/sh")
  }

  /// `SIGNET_COMMAND`, else the release build, whose kernels are fast, else the build that the
  /// tests belong to.
  static let executable: URL = {
    if let path = ProcessInfo.processInfo.environment["SIGNET_COMMAND"] {
      return URL(fileURLWithPath: path)
    }
    let release = Repository.root.appendingPathComponent(".build/release/signet")
    let debug = Repository.root.appendingPathComponent(".build/debug/signet")
    return FileManager.default.isExecutableFile(atPath: release.path) ? release : debug
  }()

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - folder: the working folder
  ///   - environment: added to the tests' own
  ///   - interruptAfter: sends SIGINT as soon as this stands in standard error
  func run(
    in folder: URL? = nil, environment: [String: String] = [:], interruptAfter: String? = nil
  ) throws -> Output {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = folder }
    let output = Drain()
    let error = Drain()
    process.standardOutput = output.pipe
    process.standardError = error.pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    output.start()
    error.start()
    if let interruptAfter {
      let deadline = Date().addingTimeInterval(120)
      while !error.text.contains(interruptAfter) {
        guard process.isRunning, Date() < deadline else {
          process.terminate()
          throw Failure.neverSaid(interruptAfter, standardError: error.text)
        }
        Thread.sleep(forTimeInterval: 0.01)
      }
      process.interrupt()
    }
    process.waitUntilExit()
    return Output(
      status: process.terminationStatus, standardOutput: output.finish(),
      standardError: error.finish())
  }

  /// Runs to the end, which must be a good one.
  @discardableResult
  func succeed(in folder: URL? = nil) throws -> Output {
    let output = try run(in: folder)
    guard output.status == 0 else {
      throw Failure.status(output.status, standardError: output.standardError)
    }
    return output
  }
}

/// Reads a pipe while the process runs, so that it never blocks on a full one.
private final class Drain: @unchecked Sendable {
  let pipe = Pipe()
  private let lock = NSLock()
  private var bytes = Data()
  private let done = DispatchSemaphore(value: 0)

  func start() {
    Thread.detachNewThread { [self] in
      // Gives what is there; empty at the end.
      while case let chunk = pipe.fileHandleForReading.availableData, !chunk.isEmpty {
        lock.withLock { bytes.append(chunk) }
      }
      done.signal()
    }
  }

  var text: String { lock.withLock { String(decoding: bytes, as: UTF8.self) } }

  func finish() -> String {
    done.wait()
    return text
  }
}
