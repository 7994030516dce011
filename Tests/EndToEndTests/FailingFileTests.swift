import Foundation
import Testing

/// Files that cannot be read, written or made: the exit code says whose fault it is, the sentence
/// which file and why, in words and not in some library's.
@Suite struct FailingFileTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
    try workspace.write(Data("a file".utf8), to: "file")
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func training(_ more: String...) -> [String] {
    [
      "train", "fashion-vgg", "--data", data, "--steps", "8", "--batch-size", "16",
      "--augment", "none", "--precision", "float32", "--threads", "1",
    ] + more
  }

  private func expect(
    _ status: Int32, _ fragments: String..., from output: Command.Output,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(output.status == status, sourceLocation: location)
    for fragment in fragments {
      #expect(output.standardError.contains(fragment), sourceLocation: location)
    }
    for foreign in ["NSCocoaErrorDomain", "Error Domain", "NSPOSIX", "UserInfo", "Fatal"] {
      #expect(!output.standardError.contains(foreign), sourceLocation: location)
    }
  }

  @Test func placesWhereNothingCanBeMade() throws {
    let long = String(repeating: "x", count: 250)
    let cases: [(Int32, String, [String])] = [
      (
        1, "cannot make a folder: Not a directory",
        training("--log", path("file/log"), "-o", path("m"))
      ),
      (
        1, "Not a directory",
        ["compare", "--arch", "fashion-vgg", "--data", data, "-o", path("file/x")]
      ),
      (
        1, "Not a directory",
        ["compare", "--arch", "fashion-vgg", "--data", data, "-o", path("file")]
      ),
      (1, "Not a directory", ["demo", "--data", path("data"), "-o", path("file/demo")]),
      (64, "does not exist", training("-o", path("missing/m"))),
      (64, "does not exist", training("-o", path("file/m"))),
      (64, "found a folder", training("-o", path("data"))),
      (64, "found a folder", training("-o", path("m") + "/")),
      (64, "found a folder", training("-o", path("m"), "--checkpoint", path("data"))),
      (64, "256 bytes", training("-o", path("\(long)123456"))),
      (64, "261 bytes", training("-o", path(long))),
      (64, "found a device or a pipe", training("-o", "/dev/null")),
    ]
    for (status, fragment, arguments) in cases {
      expect(status, fragment, from: try Command(arguments: arguments).run())
    }
    // Names as long as they may be are no hindrance.
    try Command(
      arguments: training("--checkpoint", path("c" + long), "-o", path("mmmmm" + long))
    ).succeed()
    #expect(workspace.exists("mmmmm" + long))
  }

  @Test func pipesAreNoticedBeforeTheWork() throws {
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    try FileManager.default.createDirectory(
      atPath: path("log"), withIntermediateDirectories: false)
    #expect(mkfifo(path("log/metrics.jsonl"), 0o600) == 0)
    for arguments in [
      training("-o", path("pipe")), training("-o", path("m"), "--checkpoint", path("pipe")),
    ] {
      expect(64, "pipe", "a device or a pipe", from: try Command(arguments: arguments).run())
    }
    let log = try Command(arguments: training("-o", path("m"), "--log", path("log"))).run()
    expect(65, "log/metrics.jsonl", "not a regular file", from: log)
    #expect(!workspace.exists("m"))
    var status = stat()
    #expect(stat(path("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  /// A limit on the size of files stands for a full disk.
  @Test func aFullDiskIsNobodysInput() throws {
    let words = training("-o", path("m"), "--checkpoint-every", "1", "--no-validation")
      .map { "'\($0)'" }.joined(separator: " ")
    let output = try Command(shell: "trap '' XFSZ; ulimit -f 100; signet \(words)").run()
    expect(1, path("m.checkpoint"), "cannot write: File too large", from: output)
    let names = try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path)
    #expect(names.sorted() == ["data", "file"])
  }

  /// However a checkpoint is damaged, it is bad input, and there is a way on.
  @Test func damagedCheckpoints() throws {
    let train = training("-o", path("m"))
    let interrupted = try Command(arguments: train).run(interruptAfter: "train  0/8")
    #expect(interrupted.status == 130)
    let whole = try workspace.bytes("m.checkpoint")
    var flipped = whole
    flipped[whole.count - 100] ^= 4
    var header = whole
    header[200] = UInt8(ascii: "}")
    var length = whole
    length[3] ^= 0x40
    for damaged in [
      whole.prefix(whole.count / 2), whole.prefix(60), flipped, header, length, whole + [1],
    ] {
      try workspace.write(damaged, to: "m.checkpoint")
      let output = try Command(arguments: train).run()
      expect(65, path("m.checkpoint"), "--restart", from: output)
      #expect(try workspace.bytes("m.checkpoint") == damaged)
    }
    try workspace.write(Data("not safetensors at all".utf8), to: "m.checkpoint")
    expect(65, path("m.checkpoint"), "is no checkpoint", from: try Command(arguments: train).run())
    try workspace.write(flipped, to: "m.checkpoint")
    try Command(arguments: train + ["--restart"]).succeed()
    #expect(workspace.exists("m") && !workspace.exists("m.checkpoint"))
  }
}
