import Foundation
import Testing

/// Every way to go wrong ends with its exit code and one sentence that names what is wrong.
@Suite struct ExitCodeTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func expect(
    _ status: Int32, _ fragments: String..., from arguments: [String],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let output = try Command(arguments: arguments).run()
    #expect(output.status == status, sourceLocation: location)
    #expect(output.standardOutput.isEmpty, sourceLocation: location)
    #expect(output.standardError.contains("signet: error: "), sourceLocation: location)
    for fragment in fragments {
      #expect(output.standardError.contains(fragment), sourceLocation: location)
    }
  }

  @Test func wrongUsage() throws {
    let out = path("out.signet")
    try expect(64, "Missing expected argument", from: ["train"])
    try expect(64, "'--nonsense'", from: ["inspect", "m.signet", "--nonsense"])
    try expect(
      64, "gpu", "runtime", "torch",
      from: ["evaluate", "m.signet", "--data", "cifar10:x", "--engine", "gpu"])
    try expect(
      64, "'cifar1' is not a kind of data", "did you mean 'cifar10'?",
      from: ["evaluate", "m.signet", "--data", "cifar1:x"])
    try expect(
      64, "resnet2", "did you mean 'resnet20'?",
      from: ["import", "--arch", "resnet2", "--weights", "w.safetensors", "-o", out])
    try expect(
      64, "--limit: expected at least 1",
      from: ["evaluate", "m.signet", "--data", "cifar10:x", "--limit", "0"])
    try expect(
      64, "--supervision", "teacher",
      from: ["finetune", "m.signet", "--data", "cifar10:x", "--supervision", "teacher", "-o", out])
    try expect(
      64, "found --epochs and --steps",
      from: ["train", "vgg9", "--data", "cifar10:x", "--epochs", "1", "--steps", "2", "-o", out])
    try expect(64, "--arch", from: ["benchmark"])
    for command in [
      ["train", "vgg9", "--data", "cifar10:x"], ["binarize", "m.signet", "--data", "cifar10:x"],
      ["finetune", "m.signet", "--data", "cifar10:x"], ["import", "m.onnx"],
    ] {
      try expect(
        64, "named as an ONNX file", "signet export", from: command + ["-o", path("out.onnx")])
    }
    try expect(
      64, "2XB",
      from: ["binarize", "m.signet", "--data", "cifar10:x", "--memory", "2XB", "-o", out]
    )
  }

  /// Before any file is looked for, and with the words of the library that knows what is allowed.
  @Test(arguments: [
    ("--codes", "5", "1 to 4"), ("--codes", "0", "1 to 4"), ("--effort", "4", "0 to 3"),
    ("--budget", "0.5", "1.0 to 32.0"), ("--ridge", "-1", "0.0 to 1000.0"),
    ("--images", "0", "1 to 100000000"), ("--memory", "1MB", "16MiB or more"),
  ])
  func optionsOutsideTheirRange(option: String, value: String, expected: String) throws {
    try expect(
      64, "\(option): expected \(expected), found ",
      from: [
        "binarize", "missing.signet", "--data", "cifar10:x", "\(option)=\(value)", "-o",
        path("out.signet"),
      ])
  }

  @Test func anOutputThatCannotBeWrittenIsFoundFirst() throws {
    try expect(
      64, path("missing/out.signet"), "does not exist",
      from: [
        "import", "--arch", "resnet20", "--weights", "none", "-o", path("missing/out.signet"),
      ])
    try expect(
      64, "found a folder",
      from: ["import", "--arch", "resnet20", "--weights", "none", "-o", workspace.folder.path])
  }

  @Test func missingFiles() throws {
    let missing = path("missing.signet")
    for arguments in [
      ["inspect", missing], ["benchmark", missing], ["predict", missing, "x.png"],
      ["evaluate", missing, "--data", "cifar10:x"],
    ] {
      try expect(65, missing, from: arguments)
    }
    try expect(
      65, path("w.safetensors"),
      from: [
        "import", "--arch", "resnet20", "--weights", path("w.safetensors"), "-o", path("o.signet"),
      ])
    let folder = path("nowhere")
    try expect(
      65, folder, "data_batch_1.bin",
      from: ["train", "resnet20", "--data", "cifar10:\(folder)", "-o", path("o.signet")])
  }

  @Test func onnxFilesThatAreNone() throws {
    try expect(65, "net.onnx", "cannot be read", from: ["inspect", "net.onnx"])
    try workspace.write(Data("text".utf8), to: "text.onnx")
    try expect(65, "not an ONNX model", from: ["inspect", path("text.onnx")])
    try expect(64, "--arch and --weights", from: ["import", "-o", path("o.signet")])
  }

  @Test func damagedModelFiles() throws {
    let whole = try model()
    var flipped = whole
    flipped[whole.count - 5] ^= 1
    var hostile = whole
    hostile.replaceSubrange(0..<8, with: Data(repeating: 0xff, count: 8))
    let damages: [(String, Data)] = [
      ("empty.signet", Data()), ("truncated.signet", whole.prefix(whole.count / 2)),
      ("flipped.signet", flipped), ("hostile.signet", hostile),
      ("text.signet", Data("not a model at all, only text".utf8)),
    ]
    for (name, bytes) in damages {
      try workspace.write(bytes, to: name)
      try expect(65, path(name), from: ["inspect", path(name)])
    }
  }

  /// The bytes of a small whole model, trained for one step.
  private func model() throws -> Data {
    let data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 20, testImages: 10)
    try Command(
      "train", "fashion-vgg", "--data", data, "--steps", "1", "--batch-size", "10",
      "--no-validation", "-o", path("whole.signet")
    ).succeed()
    return try workspace.bytes("whole.signet")
  }

  @Test func anUnknownKernelSetIsNamed() throws {
    let output = try Command("benchmark", "--arch", "fashion-vgg", "--seconds", "0")
      .run(environment: ["SIGNET_KERNELS": "referense"])
    #expect(output.status == 64)
    #expect(output.standardError.contains("'referense'"))
  }

  @Test func dataThatDoesNotFitTheNetwork() throws {
    try workspace.write(try model(), to: "m.signet")
    var records = Data()
    for label in 0..<10 {
      records.append(UInt8(label))
      records.append(Data(repeating: 9, count: 3072))
    }
    try workspace.write(records, to: "test_batch.bin")
    try expect(
      65, "CIFAR-10 test has images of 3×32×32, the network takes 1×28×28",
      from: ["evaluate", path("m.signet"), "--data", "cifar10:\(workspace.folder.path)"])
  }

  @Test func damagedData() throws {
    let folder = workspace.folder.appendingPathComponent("data")
    let data = try TinyFashion.write(to: folder, trainImages: 20, testImages: 10)
    let images = folder.appendingPathComponent("train-images-idx3-ubyte")
    try Data(contentsOf: images).dropLast(100).write(to: images)
    try expect(
      65, "train-images-idx3-ubyte", "expected",
      from: ["train", "fashion-vgg", "--data", data, "-o", path("o.signet")])
  }

  @Test func damagedImages() throws {
    try workspace.write(try model(), to: "m.signet")
    try workspace.write(Data("no image".utf8), to: "x.png")
    try expect(65, path("x.png"), from: ["predict", path("m.signet"), path("x.png")])
  }

  @Test func damagedWeights() throws {
    try workspace.write(Data(repeating: 7, count: 40), to: "w.safetensors")
    try expect(
      65, path("w.safetensors"),
      from: [
        "import", "--arch", "resnet20", "--weights", path("w.safetensors"), "-o", path("o.signet"),
      ])
  }

  @Test func theDemoSaysHowToGetItsData() throws {
    try expect(
      65, "dataset-fashion-mnist",
      from: ["demo", "--data", path("nowhere"), "--output", path("demo")])
  }

  @Test func anArgumentThatIsMissing() throws {
    #expect(try Command("nonsense").run().status == 64)
  }
}
