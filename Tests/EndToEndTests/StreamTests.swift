import Foundation
import Testing

/// Streams that are full, closed or left by whoever read them.
@Suite struct StreamTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
  }

  private func shell(_ script: String) throws -> Command.Output {
    try Command(shell: script).run(in: workspace.folder)
  }

  private func training(_ output: String, steps: Int = 2, more: String = "") -> String {
    "signet train fashion-vgg --data '\(data)' --steps \(steps) --batch-size 16 --augment none "
      + "--precision float32 --threads 1 -o \(output) \(more)"
  }

  // Linux only: a device on which every write finds the disk full.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aResultThatCannotBePrintedIsAFailure() throws {
    for command in ["signet doctor", "signet doctor --json", "signet --help", "signet --version"] {
      let full = try shell("\(command) >/dev/full")
      #expect(full.status == 1, "\(command)")
      #expect(full.standardError.contains("standard output"), "\(command)")
      #expect(full.standardError.contains("No space left on device"), "\(command)")
      let closed = try shell("\(command) >&-")
      #expect(closed.status == 1, "\(command)")
      #expect(closed.standardError.contains("Bad file descriptor"), "\(command)")
    }
    #expect(try shell("signet nonsense 2>/dev/full").status == 64)
    #expect(try shell("signet inspect none --json >/dev/full").status == 65)
  }

  @Test func aReaderThatLeftEndsTheCommandAsItEndsAnyTool() throws {
    // 128 + 13, the number of SIGPIPE.
    let script = "{ sleep 0.3; '\(Command.executable.path)' doctor; echo $? >status; } | true"
    try workspace.write(Data(script.utf8), to: "left.sh")
    // A library in the tests' process may have the signal ignored, which no shell can undo.
    let left = try shell("perl -e '$SIG{PIPE} = \"DEFAULT\"; exec @ARGV' sh left.sh")
    #expect(left.standardError.isEmpty)
    #expect(try workspace.bytes("status") == Data("141\n".utf8))
    let ignored = try shell("trap '' PIPE; { sleep 0.3; signet doctor; echo $? >status; } | true")
    #expect(ignored.standardError.contains("standard output"))
    #expect(try workspace.bytes("status") == Data("1\n".utf8))
  }

  @Test func aTrainingOutlivesItsTalk() throws {
    _ = try shell(training("whole"))
    let whole = try workspace.bytes("whole")
    #expect(whole.count > 1000)
    let path = workspace.path("status")
    // In the last one, the reader left before the writer said a word.
    for (stream, expected) in [
      (">out 2>&-", "0"), ("2>&- 0<&- >&-", "1"), (">out 2>/dev/full", "0"),
      ("2>&1 >/dev/null", "0"),
    ] where !stream.contains("full") || FileManager.default.fileExists(atPath: "/dev/full") {
      _ = try shell("{ sleep 0.3; \(training("m", more: stream)); echo $? >status; } | true")
      #expect(try workspace.bytes("m") == whole, "\(stream)")
      // With standard output closed the summary cannot be printed.
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(expected)\n", "\(stream)")
      try FileManager.default.removeItem(atPath: workspace.path("m"))
    }
  }

  @Test func aTrainingOutlivesItsMetrics() throws {
    _ = try shell(training("whole", steps: 12))
    let output = try shell(
      training("logged", steps: 12, more: "--log log & ")
        + "until [ -s log/metrics.jsonl ]; do sleep 0.01; done; rm -r log; wait $!")
    #expect(output.status == 0)
    #expect(output.standardError.components(separatedBy: "warning").count == 2)
    #expect(output.standardError.contains("metrics.jsonl"))
    #expect(output.standardError.contains("No such file or directory"))
    #expect(try workspace.bytes("logged") == workspace.bytes("whole"))
  }
}
