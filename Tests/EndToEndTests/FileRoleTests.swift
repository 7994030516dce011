import Foundation
import Testing

/// No command destroys what it reads, what it makes, or what is none of its business.
@Suite struct FileRoleTests {
  private let workspace: Workspace
  private let data: String
  private let training: [String]

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
    training = [
      "train", "fashion-vgg", "--data", data, "--steps", "1", "--batch-size", "16",
      "--no-validation", "--threads", "1",
    ]
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func refuses(
    _ arguments: [String], with status: Int32 = 64, naming words: String...,
    keeping files: [String] = [], location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try files.map(workspace.bytes)
    let output = try Command(arguments: arguments).run()
    #expect(output.status == status, sourceLocation: location)
    for word in words {
      #expect(output.standardError.contains(word), sourceLocation: location)
    }
    #expect(try files.map(workspace.bytes) == before, sourceLocation: location)
  }

  @Test func outputAndCheckpointAreTwoFiles() throws {
    try refuses(
      training + ["-o", path("m"), "--checkpoint", path("m")], naming: "-o and --checkpoint")
    #expect(!workspace.exists("m"))
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "m")
    try refuses(
      training + ["-o", path("data/../m"), "--checkpoint", path("link")],
      naming: "-o and --checkpoint")
  }

  @Test func whatIsReadIsNotWritten() throws {
    try Command(arguments: training + ["-o", path("m")]).succeed()
    try FileManager.default.createSymbolicLink(atPath: path("soft"), withDestinationPath: "m")
    try FileManager.default.linkItem(atPath: path("m"), toPath: path("hard"))
    for output in ["m", "soft", "hard"] {
      for verb in [["export", path("m")], ["import", path("m")]] {
        try refuses(verb + ["-o", path(output)], naming: "the model and -o", keeping: ["m"])
      }
    }
    let further = ["train", path("m"), "--data", data, "--steps", "1", "-o", path("n")]
    try refuses(
      further + ["--checkpoint", path("m")], naming: "the model and --checkpoint", keeping: ["m"])
    try refuses(
      [
        "finetune", path("m"), "--teacher", path("m"), "--data", data, "-o", path("hard"),
      ], naming: "the model and -o", keeping: ["m"])
    try refuses(
      [
        "finetune", "fashion-vgg", "--method", "bwn", "--teacher", path("m"), "--data", data,
        "-o", path("hard"),
      ], naming: "--teacher and -o", keeping: ["m"])
    try workspace.write(Data("a\nb\n".utf8), to: "names.txt")
    try refuses(
      ["import", path("m"), "--class-names", path("names.txt"), "-o", path("names.txt")],
      naming: "--class-names and -o", keeping: ["names.txt"])
  }

  @Test func dataIsNotWritten() throws {
    for image in ["data/train-images-idx3-ubyte", "data/t10k-labels-idx1-ubyte"] {
      try refuses(training + ["-o", path(image)], naming: "--data and -o", keeping: [image])
    }
    try TinyImages.write(
      to: workspace.folder.appendingPathComponent("folder"), classes: ["a", "b"], imagesPerClass: 2)
    try workspace.write(Data("folder/a/0.png 0\nfolder/b/0.png 1\n".utf8), to: "list.txt")
    for (data, file) in [
      ("imagefolder:\(path("folder"))", "folder/b/1.png"),
      ("imagelist:\(path("list.txt"))", "list.txt"),
    ] {
      try refuses(
        ["binarize", try model(), "--data", data, "-o", path(file)], naming: "--data and -o",
        keeping: [file])
    }
  }

  /// Weights that an ONNX file keeps beside itself are its own, too.
  @Test func theDataOfAnONNXFileIsNotWritten() throws {
    let network = try TinyONNX.write(to: workspace.folder)
    try Command("import", network, "--preset", "unit", "-o", path("m")).succeed()
    for arguments in [["import", network], ["export", network]] {
      try refuses(
        arguments + ["-o", path(TinyONNX.dataName)], naming: "the model's data and -o",
        keeping: [TinyONNX.dataName])
    }
    try refuses(
      ["train", network, "--data", data, "-o", path("n"), "--checkpoint", path(TinyONNX.dataName)],
      with: 65, naming: TinyONNX.dataName, keeping: [TinyONNX.dataName])
    try refuses(
      [
        "finetune", path("m"), "--method", "bwn", "--teacher", network, "--data", data,
        "-o", path(TinyONNX.dataName),
      ], naming: "the model's data and -o", keeping: [TinyONNX.dataName])
  }

  /// The name of a network is no file, until there is one.
  @Test func anOutputMayBeNamedAsANetwork() throws {
    let words = training + ["-o", "fashion-vgg"]
    try Command(arguments: words).succeed(in: workspace.folder)
    let again = try Command(arguments: words).run(in: workspace.folder)
    #expect(again.status == 64 && again.standardError.contains("the model and -o"))
  }

  private func model() throws -> String {
    if !workspace.exists("m") { try Command(arguments: training + ["-o", path("m")]).succeed() }
    return path("m")
  }

  @Test func theLogHasFilesOfItsOwn() throws {
    let inside = path("log/metrics.jsonl")
    try FileManager.default.createDirectory(
      atPath: path("log"), withIntermediateDirectories: false)
    try refuses(training + ["--log", path("log"), "-o", inside], naming: "-o and --log")
    // The folder would stand where the model should go, once hours of work are done.
    try refuses(
      training + ["--log", path("runs/one"), "-o", path("runs")], naming: "found a folder")
  }

  @Test func onlyCheckpointsAreRemoved() throws {
    try workspace.write(Data("years of work\n".utf8), to: "thesis.txt")
    for more in [["--restart"], []] {
      try refuses(
        training + ["-o", path("m"), "--checkpoint", path("thesis.txt")] + more, with: 65,
        naming: "thesis.txt", "--checkpoint", keeping: ["thesis.txt"])
    }
    let other = try model()
    try refuses(
      training + ["-o", path("n"), "--restart", "--checkpoint", other], with: 65,
      naming: "--checkpoint",
      keeping: ["m"])
  }

  @Test func aComparisonKeepsFilesItDidNotMake() throws {
    for name in ["float.signet", "results.json", "table.md", "bwn.signet"] {
      let folder = workspace.folder.appendingPathComponent("compared-\(name)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      try workspace.write(Data("mine".utf8), to: "compared-\(name)/\(name)")
      for more in [[], ["--restart"]] {
        try refuses(
          [
            "compare", "--arch", "fashion-vgg", "--methods", "bwn", "--data", data, "--epochs",
            "0.1", "--threads", "1", "-o", folder.path,
          ] + more, naming: name, keeping: ["compared-\(name)/\(name)"])
      }
    }
  }

  @Test func theDemoKeepsFilesItDidNotMake() throws {
    let demo = ["demo", "--data", path("data"), "-o", path("demo")]
    let settings = #"{"seed":7}"#
    for (name, text) in [("demo.json", settings), ("float.signet", "mine"), ("tuned.signet", "")] {
      try? FileManager.default.removeItem(atPath: path("demo"))
      try FileManager.default.createDirectory(
        atPath: path("demo"), withIntermediateDirectories: false)
      try workspace.write(Data(text.utf8), to: "demo/\(name)")
      for more in [[], ["--restart"]] {
        try refuses(demo + more, naming: name, keeping: ["demo/\(name)"])
      }
    }
  }
}
