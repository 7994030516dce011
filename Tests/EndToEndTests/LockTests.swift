import Foundation
import Testing

/// Runs that would get in each other's way, and data that changes while a run is away.
@Suite struct LockTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func training(_ more: String...) -> [String] {
    [
      "train", "fashion-vgg", "--data", data, "--steps", "8", "--batch-size", "16",
      "--augment", "none", "--precision", "float32", "--threads", "1",
    ] + more
  }

  /// Starts a long training, runs `second` while it is at work, and stops it.
  private func besideATraining(
    _ first: [String], second: [String]
  ) throws -> (first: String, second: Command.Output) {
    let lines = [first, second].map { words in
      "signet " + words.map { "'\($0)'" }.joined(separator: " ")
    }
    let output = try Command(
      shell: """
        exec_signet() { exec '\(Command.executable.path)' "$@"; }
        rm -f first
        (exec_\(lines[0]) >/dev/null 2>first) & first=$!
        until grep -qs 'train  0/' first; do sleep 0.05; done
        \(lines[1]); status=$?
        echo "first $first"
        kill -TERM $first; wait $first
        exit $status
        """
    ).run(in: workspace.folder)
    let number = output.standardOutput.split(separator: "\n").last.map(String.init) ?? ""
    return (number.replacingOccurrences(of: "first ", with: ""), output)
  }

  @Test func aSecondRunIsToldWhoseTheFilesAre() throws {
    let first = training("--epochs", "100", "-o", path("m"), "--log", path("log"))
      .filter { $0 != "--steps" && $0 != "8" }
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "m")
    for second in [
      training("-o", path("m")), training("-o", path("link"), "--checkpoint", path("c")),
      training("-o", path("n"), "--checkpoint", path("m.checkpoint")),
      training("-o", path("n"), "--log", path("log")),
      ["import", path("data"), "-o", path("m")], ["export", path("data"), "-o", path("m")],
    ] {
      let outcome = try besideATraining(first + ["--restart"], second: second)
      #expect(outcome.second.status == 1, "\(second)")
      #expect(
        outcome.second.standardError.contains("process \(outcome.first) is at work on it"),
        "\(second)")
      // Nothing but what the first one left, which was stopped.
      let names = try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path)
      #expect(
        Set(names).isSubset(of: ["data", "link", "first", "log", "m.checkpoint"]), "\(second)")
    }
  }

  @Test func aRunThatWasKilledLocksNothing() throws {
    _ = try Command(
      shell: """
        exec_signet() { exec '\(Command.executable.path)' "$@"; }
        (exec_signet \(training("-o", path("m")).joined(separator: " ")) 2>first) & first=$!
        until grep -qs 'train  0/' first; do sleep 0.05; done
        kill -KILL $first; wait $first
        """
    ).run(in: workspace.folder)
    #expect(workspace.exists(".m.lock"))
    try Command(arguments: training("-o", path("m"))).succeed()
    #expect(!workspace.exists(".m.lock"))
  }

  @Test func changedDataIsRefused() throws {
    let train = training("-o", path("m"))
    let interrupted = try Command(arguments: train).run(interruptAfter: "train  0/8")
    #expect(interrupted.status == 130)
    let images = "data/train-images-idx3-ubyte"
    let before = try workspace.bytes(images)
    var changed = before
    changed[changed.count - 1] ^= 1
    try workspace.write(changed, to: images)
    let refused = try Command(arguments: train).run()
    #expect(refused.status == 64)
    #expect(refused.standardError.contains("m.checkpoint: the checkpoint belongs to another run"))
    #expect(refused.standardError.contains("contents"))
    #expect(refused.standardError.contains("--restart"))
    try workspace.write(before, to: images)
    try Command(arguments: train).succeed()
  }
}
