import Foundation
import SideBySide
import Testing

/// Commands that several processes run together, as launchers start them.
@Suite(.serialized) struct ProcessesTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 160)
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func training(_ more: String..., steps: Int = 8) -> [String] {
    [
      "train", "fashion-vgg", "--data", data, "--steps", "\(steps)", "--batch-size", "20",
      "--augment", "none", "--precision", "float32", "--threads", "1",
    ] + more
  }

  /// Runs a command in `count` processes at once; their outputs in order.
  private func together(_ words: [String], count: Int = 2) throws -> [Command.Output] {
    let port = Int.random(in: 30_000..<50_000)
    let folder = workspace.folder
    return try sideBySide(count) { rank in
      try Command(arguments: words).run(
        in: folder,
        environment: [
          "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "MASTER_PORT": "\(port)",
        ])
    }
  }

  @Test func trainingTogetherEndsInOneModelAndTheSameOne() throws {
    let outputs = try together(training("-o", path("a"), "--json"))
    #expect(outputs.map(\.status) == [0, 0], "\(outputs.map(\.standardError))")
    #expect(try outputs[0].json()["steps"] as? Int == 8)
    #expect(outputs[1].standardOutput.isEmpty && outputs[1].standardError.isEmpty)
    #expect(!workspace.exists("a.checkpoint"))
    #expect(try together(training("-o", path("b"))).map(\.status) == [0, 0])
    #expect(try workspace.bytes("a") == workspace.bytes("b"))
    // Sums are in another order than one process has them, and statistics of half the images.
    try Command(arguments: training("-o", path("alone"))).succeed()
    #expect(try workspace.bytes("a") != workspace.bytes("alone"))
  }

  @Test func anInterruptedRunGoesOnWithAnyNumberOfProcesses() throws {
    let whole = training("-o", path("whole"), "--checkpoint-every", "1", steps: 60)
    #expect(try together(whole).map(\.status) == [0, 0])
    let cut = training("-o", path("cut"), "--checkpoint-every", "1", "--timeout", "10", steps: 60)
    let port = Int.random(in: 30_000..<50_000)
    let line = cut.map { "'\($0)'" }.joined(separator: " ")
    let output = try Command(
      shell: """
        exec_signet() { exec '\(Command.executable.path)' "$@"; }
        export WORLD_SIZE=2 MASTER_PORT=\(port)
        (RANK=0 exec_signet \(line) >/dev/null 2>0.txt) & first=$!
        (RANK=1 exec_signet \(line) >/dev/null 2>1.txt) & second=$!
        until [ -e cut.checkpoint ]; do sleep 0.02; done
        kill -9 $second
        wait $first; echo "first $?"
        cat 0.txt
        """
    ).run(in: workspace.folder)
    #expect(output.standardOutput.contains("first 1"))
    #expect(output.standardOutput.contains("signet: error: rank 0: rank 1 "))
    #expect(output.standardOutput.contains("To go on where it stopped, in every process:"))
    let state = try workspace.bytes("cut.checkpoint")
    #expect(try together(cut).map(\.status) == [0, 0])
    #expect(try workspace.bytes("cut") == workspace.bytes("whole"))
    // Another number goes on as well, to another order of sums.
    try workspace.write(state, to: "other.checkpoint")
    let other = training("-o", path("other"), "--checkpoint-every", "1", "--json", steps: 60)
    let alone = try Command(arguments: other).succeed(in: workspace.folder)
    #expect(alone.standardError.contains("going on from"))
    #expect(try alone.json()["steps"] as? Int == 60)
  }

  @Test func binarizingTogetherGivesTheBytesOfOneProcess() throws {
    try Command(arguments: training("-o", path("float"), "--no-validation")).succeed()
    func binarizing(_ output: String) -> [String] {
      [
        "binarize", path("float"), "--data", data, "--images", "48", "--effort", "1", "--threads",
        "1",
        "-o", path(output),
      ]
    }
    try Command(arguments: binarizing("alone")).succeed()
    for count in [2, 3] {
      let outputs = try together(binarizing("together"), count: count)
      #expect(outputs.allSatisfy { $0.status == 0 }, "\(outputs.map(\.standardError))")
      #expect(try workspace.bytes("together") == workspace.bytes("alone"))
    }
  }

  @Test func whoNeverComesIsNamed() throws {
    let start = Date()
    let output = try Command(arguments: training("-o", path("m"), "--timeout", "4")).run(
      environment: [
        "RANK": "0", "WORLD_SIZE": "2", "MASTER_PORT": "\(Int.random(in: 30_000..<50_000))",
      ])
    #expect(output.status == 1)
    #expect(output.standardError.hasPrefix("signet: error: rank 0: rank 1 did not come in "))
    #expect(Date().timeIntervalSince(start) < 20)
    #expect(!workspace.exists("m"))
  }

  @Test func moreProcessesThanImagesInAStepAreRefused() throws {
    let outputs = try together(training("-o", path("m"), "--batch-size", "1"))
    #expect(outputs[0].status == 65)
    #expect(
      outputs[0].standardError.contains(
        "the 2 processes: expected an image for each in every step (--batch-size, more images), "
          + "found 1"))
  }

  @Test func aWrongRankIsWrongUsage() throws {
    let output = try Command(arguments: training("-o", path("m"))).run(
      environment: ["RANK": "2", "WORLD_SIZE": "2"])
    #expect(output.status == 64)
    #expect(output.standardError.contains("environment variable RANK: expected 0 to 1, found '2'"))
  }
}
