import Foundation
import Testing

/// What programs get of an error, and what people get of names.
@Suite struct ErrorReportTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  @Test(arguments: [
    (["inspect", "none.signet"], 65), (["inspect", "none.signet", "--nonsense"], 64),
    (["inspct", "m.signet"], 64), (["train"], 64), (["inspect", "m", "--threads", "0"], 64),
    (["evaluate", "m.signet", "--data", "cifar1:x"], 64),
    (["compare", "--arch", "vgg9", "--data", "cifar10:x", "-o", "/dev/null/x"], 1),
  ])
  func withJSONAnErrorIsAnObject(arguments: [String], status: Int) throws {
    let plain = try Command(arguments: arguments).run()
    #expect(plain.standardOutput.isEmpty)
    let output = try Command(arguments: arguments + ["--json"]).run()
    #expect(output.status == Int32(status) && plain.status == Int32(status))
    #expect(output.standardError == plain.standardError)
    let object = try output.json()
    #expect(object.keys.sorted() == ["error"])
    let error = try #require(object["error"] as? [String: Any])
    #expect(error["status"] as? Int == status)
    let message = try #require(error["message"] as? String)
    #expect(output.standardError.hasPrefix("signet: error: \(message)"))
    #expect(!message.isEmpty && !message.contains("Usage"))
  }

  /// What comes after `--` is another command's.
  @Test func thereIsOneObject() throws {
    let other = try Command(
      "compare", "--arch", "vgg9", "--data", "cifar10:x", "-o", path("x"), "--", "--json", "--no"
    ).run()
    #expect(other.status == 64 && other.standardOutput.isEmpty)
    let help = try Command("inspect", "--help", "--json").succeed()
    #expect(help.standardOutput.hasPrefix("OVERVIEW"))
    let doctor = try Command("doctor", "--json").run(environment: ["SIGNET_KERNELS": "none"])
    #expect(doctor.status == 64)
    #expect(try doctor.json()["kernels"] != nil)
  }

  @Test func mistypedCommandsAreUnderstood() throws {
    for (word, meant) in [("inspct", "inspect"), ("Train", "train"), ("fine-tune", "finetune")] {
      let output = try Command(word, "m.signet").run()
      #expect(output.status == 64)
      #expect(output.standardError.contains("did you mean '\(meant)'?"), "\(word)")
    }
    let nonsense = try Command("\u{1b}[2J\nforged").run()
    #expect(nonsense.status == 64)
    #expect(nonsense.standardError.contains("'\\u{1b}[2J\\nforged' is not a command"))
    #expect(nonsense.standardError.contains("expected one of train, binarize"))
    #expect(try Command("help", "inspect").run().status == 0)
  }

  /// File names of strangers, on every stream.
  @Test func namesAreEscaped() throws {
    let name = "a\u{1b}[2J\nsignet: error: forged"
    let hostile = path(name)
    try workspace.write(Data("no model".utf8), to: name)
    try workspace.write(Data("\(name) 0\n".utf8), to: "list.txt")
    let image = Repository.fixtures.appendingPathComponent("square.png").path
    for arguments in [
      ["inspect", hostile], ["inspect", hostile + ".onnx"], ["predict", hostile, image],
      ["export", hostile, "-o", path("m")], ["import", image, "-o", hostile + "/x"],
      ["import", "--arch", "resnet20", "--weights", hostile, "-o", path("m")],
      ["train", "vgg9", "--data", "cifar10:\(hostile)", "-o", path("m")],
      ["train", "vgg9", "--data", "imagelist:\(hostile)", "-o", path("m")],
      ["train", "vgg9", "--data", "imagefolder:\(hostile)", "-o", path("m")],
      ["train", "vgg9", "--data", "cifar10:x", "-o", path("m"), "--checkpoint", hostile],
      ["train", "vgg9", "--data", "cifar10:x", "-o", hostile, "--checkpoint", hostile],
      ["train", "vgg9", "--data", "cifar10:x", "-o", path("m"), "--keep", name, "--method", "bwn"],
      ["train", name, "--data", "cifar10:x", "-o", path("m")],
      ["benchmark", "--arch", name],
      ["compare", "--arch", name, "--data", "cifar10:x", "-o", path("c")],
    ] {
      let output = try Command(arguments: arguments).run()
      #expect(output.status != 0)
      for text in [output.standardOutput, output.standardError] {
        #expect(!text.unicodeScalars.contains("\u{1b}"), "\(arguments)")
        #expect(
          !text.split(separator: "\n").dropFirst().contains {
            $0.hasPrefix("signet: error: forged")
          }, "\(arguments)\n\(text)")
      }
    }
  }

  /// Commands are shown as they can be pasted into a shell.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")))
  func commandsThatAreShownCanBePasted() throws {
    let data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
    let folder = "it's\n\u{1b}[2J \\ü\u{202e}"
    try FileManager.default.createDirectory(
      atPath: path(folder), withIntermediateDirectories: false)
    let output = path(folder + "/m")
    let interrupted = try Command(
      "train", "fashion-vgg", "--data", data, "--steps", "2", "--batch-size", "16", "--threads",
      "1",
      "-o", output
    ).run(interruptAfter: "train  0/2")
    #expect(interrupted.status == 130)
    #expect(!interrupted.standardError.unicodeScalars.contains("\u{1b}"))
    let line = try #require(interrupted.standardError.split(separator: "\n").last)
    try workspace.write(Data("\(line)\n".utf8), to: "again.sh")
    let again = try Command(shell: "bash '\(path("again.sh"))'").run()
    #expect(again.status == 0, "\(again.standardError)")
    #expect(workspace.exists(folder + "/m"))
  }

  @Test func reportsFitTheTerminal() throws {
    let data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
    try Command(
      "train", "fashion-vgg", "--method", "bwn", "--data", data, "--steps", "1", "--batch-size",
      "16",
      "--threads", "1", "-o", "m.signet"
    ).succeed(in: workspace.folder)
    for arguments in [
      ["inspect", "m.signet"], ["doctor"], ["import", "--operators"],
      ["benchmark", "m.signet", "--seconds", "0.1", "--layers"],
    ] {
      for columns in [60, 80] {
        let output = try Command(arguments: arguments).run(
          in: workspace.folder, environment: columns == 80 ? [:] : ["COLUMNS": "\(columns)"])
        #expect(output.status == 0)
        // A word that is longer, such as a path, stands alone.
        for line in output.standardOutput.split(separator: "\n") where line.contains(" ") {
          let isOneWord = line.split(separator: " ").count == 1
          #expect(isOneWord || line.count <= columns || line.contains("/"), "\(arguments): \(line)")
        }
      }
    }
  }
}
