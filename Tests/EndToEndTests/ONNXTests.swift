import Foundation
import Testing

/// ONNX files on the command line.
@Suite struct ONNXTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  /// A network with fresh weights as another exporter would leave it: without Signet's notes.
  private func writePlainONNX() throws {
    try Command(
      "train", "fashion-vgg", "--data", data, "--steps", "1", "--batch-size", "8", "--threads", "1",
      "--augment", "none", "-o", path("float.signet")
    ).succeed()
    try Command("export", path("float.signet"), "--encoding", "float", "-o", path("noted.onnx"))
      .succeed()
    var bytes = try workspace.bytes("noted.onnx")
    // The notes' key keeps its length, so that the file stays valid.
    let key = Data("signet.preprocessing".utf8)
    while let range = bytes.range(of: key) {
      bytes.replaceSubrange(range, with: Data("foreign.preprocessed".utf8))
    }
    try workspace.write(bytes, to: "plain.onnx")
  }

  @Test func anImportWithoutPreprocessingIsWarnedOf() throws {
    try writePlainONNX()
    let warning = "does not say how images become its input"
    func evaluate(_ model: String, _ options: String...) throws -> Command.Output {
      try Command(
        arguments: ["evaluate", path(model), "--data", data, "--threads", "1", "--json"] + options
      ).succeed()
    }
    let silent = try evaluate("plain.onnx")
    #expect(silent.standardError.contains("plain.onnx \(warning)"))
    #expect(silent.standardError.contains("--preset"))
    // Fashion-MNIST's own values, which the export noted, are said by hand.
    let said = try evaluate("plain.onnx", "--mean", ".2860", "--std", ".3530")
    let noted = try evaluate("noted.onnx")
    for output in [said, noted] { #expect(!output.standardError.contains(warning)) }
    #expect(try said.json()["top1"] as? Double == noted.json()["top1"] as? Double)

    let binarized = try Command(
      "binarize", path("plain.onnx"), "--data", data, "--images", "32", "--effort", "0",
      "--threads", "1", "-o", path("binary.signet")
    ).succeed()
    #expect(binarized.standardError.contains(warning))
    // No images, nothing to warn of.
    let inspected = try Command("inspect", path("plain.onnx")).succeed()
    #expect(!inspected.standardError.contains(warning))
  }

  @Test func fromONNXToABinaryONNX() throws {
    try writePlainONNX()
    let values = ["--mean", ".2860", "--std", ".3530"]
    try Command(
      arguments: [
        "binarize", path("plain.onnx"), "--data", data, "--images", "32", "--effort", "0",
        "--threads", "1", "-o", path("binary.signet"),
      ] + values
    ).succeed()
    // The teacher's file says nothing of preprocessing; it works on the student's images.
    try Command(
      "finetune", path("binary.signet"), "--teacher", path("plain.onnx"), "--supervision",
      "teacher", "--data",
      data, "--steps", "2", "--batch-size", "8", "--augment", "none", "--threads", "1",
      "-o", path("tuned.signet")
    ).succeed()
    let sizes = try ["bits", "int2", "int4", "int8", "float"].map { encoding in
      let name = "\(encoding).onnx"
      let report = try Command(
        "export", path("tuned.signet"), "--encoding", encoding, "--kept-layers", "float32",
        "--json",
        "-o", path(name)
      ).succeed().json()
      #expect(report["fileBytes"] as? Int == (try workspace.bytes(name).count))
      return try workspace.bytes(name).count
    }
    #expect(sizes == sizes.sorted() && Set(sizes).count == 5)
    for operators in ["signet", "signet-layers"] {
      let report = try Command(
        "export", path("tuned.signet"), "--operators", operators, "--kept-layers", "float32",
        "--json", "-o", path("\(operators).onnx")
      ).succeed().json()
      #expect(report["operators"] as? String == operators)
      let inspected = try Command("inspect", path("\(operators).onnx"), "--json").succeed().json()
      let tuned = try Command("inspect", path("tuned.signet"), "--json").succeed().json()
      #expect(inspected["binaryWeights"] as? Int == tuned["binaryWeights"] as? Int)
    }
    let names = [
      "tuned.signet", "bits.onnx", "int2.onnx", "int4.onnx", "int8.onnx", "float.onnx",
      "signet.onnx", "signet-layers.onnx",
    ]
    let results = try names.map { name in
      try Command("evaluate", path(name), "--data", data, "--threads", "1", "--json")
        .succeed().json()["top1"] as? Double
    }
    #expect(Set(results).count == 1)
  }

  @Test func operatorsAreForBinaryLayersInONNX() throws {
    try writePlainONNX()
    let plain = try Command(
      "export", path("plain.onnx"), "-o", path("own.onnx"), "--operators", "signet"
    ).run()
    #expect(plain.status == 65 || plain.status == 1)
    #expect(plain.standardError.contains("are for binary layers, and it has none"))
    #expect(throws: (any Error).self) { try workspace.bytes("own.onnx") }
    for (options, text) in [
      (["-o", path("own.signet"), "--operators", "signet"], "--operators: only for ONNX"),
      (
        ["-o", path("own.onnx"), "--operators", "signet", "--encoding", "int8"],
        "--encoding: expected bits with --operators signet, found int8"
      ),
      (["-o", path("own.onnx"), "--operators", "signed"], "--operators"),
    ] {
      let refused = try Command(arguments: ["export", path("plain.onnx")] + options).run()
      #expect(refused.status == 64)
      #expect(refused.standardError.contains(text), "\(refused.standardError)")
    }
  }

  @Test func imagesThatCannotBeReadAreNamedAndCounted() throws {
    try writePlainONNX()
    let square = try Data(
      contentsOf: Repository.fixtures.appendingPathComponent("square.png"))
    try workspace.write(square, to: "square.png")
    try workspace.write(square.prefix(40), to: "cut.png")
    try workspace.write(Data("square.png 0\ncut.png 1\ngone.png 2\n".utf8), to: "list.txt")
    let images = "imagelist:\(path("list.txt"))"
    func run(_ verb: String, _ options: String...) throws -> Command.Output {
      try Command(
        arguments: [
          verb, path("noted.onnx"), "--data", images, "--channel-order", "grey", "--threads", "1",
          "--json",
        ] + options
      ).run()
    }
    let evaluated = try run("evaluate")
    #expect(evaluated.status == 0)
    #expect(try evaluated.json()["images"] as? Int == 1)
    #expect(try evaluated.json()["skipped"] as? Int == 2)
    #expect(evaluated.standardError.contains("signet: warning: skipped: \(path("cut.png")): "))
    #expect(evaluated.standardError.contains("signet: warning: skipped: \(path("gone.png")): "))
    let binarized = try run(
      "binarize", "--images", "3", "--effort", "0", "-o", path("binary.signet"))
    #expect(binarized.status == 0)
    #expect(try binarized.json()["skipped"] as? Int == 2)
    for verb in ["evaluate", "binarize"] {
      let extra = verb == "binarize" ? ["-o", path("strict.signet")] : []
      let strict = try Command(
        arguments: [
          verb, path("noted.onnx"), "--data", images, "--strict", "--threads", "1",
        ] + extra
      ).run()
      #expect(strict.status == 65)
      #expect(strict.standardError.contains(".png: "))
    }
  }

  /// What a file leaves open, and what is refused, name the option that settles it.
  @Test func errorsNameTheOption() throws {
    try writePlainONNX()
    func run(_ arguments: String...) throws -> Command.Output {
      try Command(arguments: arguments).run()
    }
    let plain = path("plain.onnx")
    let grey = ["--data", data, "--threads", "1", "--limit", "16", "--json"]
    #expect(
      try Command(arguments: ["evaluate", plain, "--preset", "unit"] + grey).run().status == 0)
    let colour = try Command(arguments: ["evaluate", plain, "--preset", "imagenet"] + grey).run()
    #expect(colour.status == 64)
    #expect(colour.standardError.contains("--preset unit, or --mean, --std"))

    #expect(try run("inspect", plain, "--input-shape", "1x28x28").status == 0)
    #expect(try run("inspect", plain, "--input-shape", "input:1,1,28,28").status == 0)
    let other = try run("inspect", plain, "--input-shape", "3x28x28")
    #expect(other.status == 65)
    #expect(other.standardError.contains("--input-shape to fit N×1×28×28, found 3×28×28"))
    #expect(try run("inspect", plain, "--input-shape", "3x").status == 64)
    #expect(try run("inspect", plain, "--output-name", "logits").status == 0)
    let output = try run("inspect", plain, "--output-name", "logit")
    #expect(output.status == 65)
    #expect(output.standardError.contains("did you mean 'logits'?"))
  }

  @Test func operatorsAreListed() throws {
    let listed = try Command("import", "--operators").succeed()
    #expect(listed.standardOutput.contains("MaxPool, AveragePool\n    → pooling"))
    let rows = try Command("import", "--operators", "--json").succeed().json()["rows"]
    #expect((rows as? [Any])?.count ?? 0 > 10)
    #expect(try Command("import", "--operators", "x.onnx").run().status == 64)
    let nowhere = try Command("import", "x.onnx").run()
    #expect(nowhere.status == 64)
    #expect(nowhere.standardError.contains("-o FILE"))
  }

  @Test func otherFrameworksFilesAreToldTheWay() throws {
    for (name, way) in [
      ("net.pt", "torch.onnx.export"), ("net.PTH", "torch.onnx.export"),
      ("net.tflite", "tf2onnx.convert --tflite"), ("net.h5", "tf2onnx.convert --keras"),
      ("net.keras", "tf2onnx.convert --keras"), ("net.pb", "tf2onnx.convert --graphdef"),
    ] {
      try workspace.write(Data("x".utf8), to: name)
      let output = try Command("inspect", path(name)).run()
      #expect(output.status == 65, "\(name)")
      #expect(output.standardError.contains(way), "\(name)")
    }
    try FileManager.default.createDirectory(
      atPath: path("saved"), withIntermediateDirectories: false)
    try workspace.write(Data("x".utf8), to: "saved/saved_model.pb")
    let saved = try Command("inspect", path("saved")).run()
    #expect(saved.standardError.contains("tf2onnx.convert --saved-model"))
  }

  @Test func exportsGoOnlyWhereFilesGo() throws {
    try writePlainONNX()
    #expect(mkfifo(path("pipe.onnx"), 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: path("to-pipe.onnx"), withDestinationPath: "pipe.onnx")
    for place in ["pipe.onnx", "to-pipe.onnx"] {
      let output = try Command("export", path("float.signet"), "-o", path(place)).run()
      #expect(output.status == 64, "\(place)")
      #expect(output.standardError.contains("found a device or a pipe"))
    }
    try workspace.write(Data("old".utf8), to: "target.onnx")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: path("target.onnx"))
    try FileManager.default.createSymbolicLink(
      atPath: path("link.onnx"), withDestinationPath: "target.onnx")
    try Command("export", path("float.signet"), "-o", path("link.onnx")).succeed()
    #expect(try workspace.bytes("target.onnx").count > 1000)
    let attributes = try FileManager.default.attributesOfItem(atPath: path("target.onnx"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: path("link.onnx")) == "target.onnx")
  }
}
