import Foundation
import Testing

/// Core ML packages on the command line.
@Suite struct CoreMLTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
    try Command(
      "train", "fashion-vgg", "--data", data, "--steps", "1", "--batch-size", "8", "--threads", "1",
      "--augment", "none", "-o", path("float.signet")
    ).succeed()
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func export(_ name: String, _ options: String...) throws -> Command.Output {
    try Command(arguments: ["export", path("float.signet"), "-o", path(name)] + options).run()
  }

  @Test func packagesAreWrittenAndReplaced() throws {
    var programs: Set<Data> = []
    // As shells complete the name of a folder.
    for name in ["net.mlpackage", "net.mlpackage/", "net.mlpackage"] {
      let output = try export(name, "--json")
      #expect(output.status == 0, "\(output.standardError)")
      let program = try workspace.bytes("net.mlpackage/Data/com.apple.CoreML/model.mlmodel")
      programs.insert(program)
      let weights = try workspace.bytes("net.mlpackage/Data/com.apple.CoreML/weights/weight.bin")
      #expect(try output.json()["fileBytes"] as? Int == program.count + weights.count)
    }
    #expect(programs.count == 1, "the same model gives the same bytes")
    let left = try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path)
    #expect(left.sorted() == ["data", "float.signet", "net.mlpackage"])
  }

  @Test func whatIsNoPackageIsNotReplaced() throws {
    try FileManager.default.createDirectory(
      atPath: path("folder.mlpackage"), withIntermediateDirectories: false)
    try workspace.write(Data("mine".utf8), to: "folder.mlpackage/notes")
    try workspace.write(Data("mine".utf8), to: "file.mlpackage")
    for name in ["folder.mlpackage", "file.mlpackage"] {
      let output = try export(name)
      #expect(output.status == 64)
      #expect(output.standardError.contains("\(name): is there, and is no Core ML package"))
    }
    #expect(try workspace.bytes("folder.mlpackage/notes") == Data("mine".utf8))
    #expect(try workspace.bytes("file.mlpackage") == Data("mine".utf8))
    let missing = try export("nowhere/net.mlpackage")
    #expect(missing.status == 64)
    #expect(missing.standardError.contains("nowhere' does not exist"))
  }

  @Test func optionsOfOtherFormatsAreNamed() throws {
    for (name, options, expected) in [
      ("net.mlpackage", ["--encoding", "bits"], "--encoding: only for ONNX"),
      ("net.mlpackage", ["--operators", "signet"], "--operators: only for ONNX"),
      ("net.onnx", ["--precision", "float32"], "--precision: only for Core ML"),
      ("net.onnx", ["--inputs", "arrays"], "--inputs: only for Core ML"),
    ] {
      let output = try Command(
        arguments: ["export", path("float.signet"), "-o", path(name)] + options
      ).run()
      #expect(output.status == 64)
      #expect(output.standardError.contains(expected))
    }
    let train = try Command(
      "train", "fashion-vgg", "--data", "cifar10:x", "-o", path("net.mlpackage")
    ).run()
    #expect(train.status == 64)
    #expect(train.standardError.contains("named as a Core ML package"))
  }
}
