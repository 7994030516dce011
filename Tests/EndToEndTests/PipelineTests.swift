import Foundation
import Testing

/// The whole way from data to a 1-bit model that runs, on images a network learns in seconds.
@Suite struct PipelineTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(to: workspace.folder.appendingPathComponent("data"))
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func train(steps: Int = 30) throws -> Command.Output {
    try Command(
      "train", "fashion-vgg", "--data", data, "--steps", "\(steps)", "--batch-size", "32",
      "--learning-rate", "0.05", "--augment", "none", "--precision", "float32", "--threads", "1",
      "--json", "-o", path("float.signet")
    ).succeed()
  }

  private func top1(_ model: String, engine: String) throws -> Double {
    let report = try Command(
      "evaluate", path(model), "--data", data, "--engine", engine, "--threads", "1", "--json"
    ).succeed().json()
    #expect(report["engine"] as? String == engine)
    #expect(report["images"] as? Int == 60)
    #expect(report["seconds"] as? Double ?? 0 > 0)
    #expect((report["top5"] as? Double ?? 0) >= (report["top1"] as? Double ?? 100))
    return try #require(report["top1"] as? Double)
  }

  @Test func trainBinarizeFinetuneAndUse() throws {
    let training = try train().json()
    #expect(training["steps"] as? Int == 30)
    #expect(!workspace.exists("float.signet.checkpoint"))
    let floatTop1 = try top1("float.signet", engine: "torch")
    #expect(floatTop1 >= 90)
    #expect(training["top1"] as? Double == floatTop1)

    let binarized = try Command(
      "binarize", path("float.signet"), "--data", data, "--images", "128", "--effort", "0",
      "--threads", "1", "--json", "-o", path("binary.signet")
    ).succeed()
    let report = try binarized.json()
    let layers = try #require(report["layers"] as? [[String: Any]])
    #expect(layers.count > 2)
    #expect(report["images"] as? Int == 128 && report["imagesAsked"] as? Int == 128)
    // 272 of the 400 training images calibrated nothing.
    #expect(report["heldOutImages"] as? Int == 272)
    let agreement = try #require(report["agreement"] as? Double)
    #expect((90...100).contains(agreement))
    #expect((report["agreementOfSigns"] as? Double ?? 101) <= agreement)
    #expect((report["fidelity"] as? Double ?? 0) > 50)
    for layer in layers {
      let before = try #require(layer["errorBefore"] as? Double)
      let after = try #require(layer["errorAfter"] as? Double)
      #expect(after <= before)
      #expect(layer["filters"] as? Int ?? 0 > 0)
      #expect(layer["patchLength"] as? Int ?? 0 > 0)
      #expect(layer["flips"] is Int)
      #expect((0...1).contains(try #require(layer["changedCodes"] as? Double)))
      #expect(layer["seconds"] is Double)
      // A line per layer, on standard error.
      #expect(binarized.standardError.contains(try #require(layer["name"] as? String)))
    }

    try Command(
      "finetune", path("binary.signet"), "--teacher", path("float.signet"), "--supervision",
      "teacher",
      "--data", data, "--steps", "10", "--batch-size", "32", "--augment", "none",
      "--precision", "float32", "--threads", "1", "-o", path("tuned.signet")
    ).succeed()
    for model in ["float.signet", "binary.signet", "tuned.signet"] {
      #expect(try top1(model, engine: "runtime") == top1(model, engine: "torch"))
    }
    #expect(try top1("tuned.signet", engine: "runtime") >= 90)
    try inspects()
    try predicts()
    try benchmarks()
  }

  private func inspects() throws {
    let inspection = try Command("inspect", path("tuned.signet"), "--json").succeed().json()
    let bytes = try workspace.bytes("tuned.signet").count
    #expect(inspection["fileBytes"] as? Int == bytes)
    #expect(inspection["floatBytes"] as? Int ?? 0 > 10 * bytes)
    let layers = try #require(inspection["layers"] as? [[String: Any]])
    let bits = layers.compactMap { $0["bits"] as? Int }
    #expect(bits.first == 32)
    #expect(bits.last == 32)
    #expect(bits.dropFirst().dropLast().allSatisfy { $0 == 1 })
    let binary = layers.filter { $0["bits"] as? Int == 1 }
      .reduce(0) { $0 + ($1["weights"] as? Int ?? 0) }
    #expect(inspection["binaryWeights"] as? Int == binary)
    #expect(inspection["floatWeights"] as? Int ?? 0 > 0)
    let text = try Command("inspect", path("tuned.signet")).succeed().standardOutput
    #expect(text.contains("3. finetune"))
  }

  private func predicts() throws {
    let image = Repository.fixtures.appendingPathComponent("square.png").path
    let prediction = try Command(
      "predict", path("tuned.signet"), image, "--top", "3", "--json"
    ).succeed().json()
    let images = try #require(prediction["images"] as? [[String: Any]])
    let classes = try #require(images.first?["classes"] as? [[String: Any]])
    #expect(classes.count == 3)
    // The image is drawn as the data set draws class 5.
    #expect(classes[0]["name"] as? String == "Sandal")
    let probabilities = classes.compactMap { $0["probability"] as? Double }
    #expect(probabilities == probabilities.sorted(by: >))
    #expect(probabilities.reduce(0, +) <= 1.000_001)
  }

  private func benchmarks() throws {
    let benchmark = try Command(
      "benchmark", path("tuned.signet"), "--seconds", "0.1", "--batch-size", "2", "--layers",
      "--json"
    ).succeed().json()
    let layers = try #require(benchmark["layers"] as? [[String: Any]])
    #expect(abs(layers.compactMap { $0["share"] as? Double }.reduce(0, +) - 1) < 1e-9)
    #expect(layers.contains { $0["floatMilliseconds"] is Double })
    let median = try #require(benchmark["medianMilliseconds"] as? Double)
    #expect(median > 0)
    #expect(benchmark["p95Milliseconds"] as? Double ?? 0 >= median)
    #expect(benchmark["batch"] as? Int == 2)
    #expect(benchmark["threads"] as? Int == 1)
    #expect(abs((benchmark["imagesPerSecond"] as? Double ?? 0) - 2000 / median) < 1e-6)
    #expect(benchmark["peakResidentBytes"] as? Int ?? 0 > 1 << 20)
    #expect((benchmark["kernels"] as? [String])?.isEmpty == false)
  }

  @Test func edgesInEightBitsMakeTheWholeFileSmall() throws {
    _ = try train()
    let arguments = [
      "binarize", path("float.signet"), "--data", data, "--images", "64", "--effort", "0",
      "--threads", "1", "--json",
    ]
    try Command(arguments: arguments + ["-o", path("binary.signet")]).succeed()
    let direct = try Command(
      arguments: arguments + ["--kept-layers", "int8", "-o", path("small.signet")]
    ).succeed().json()
    let export = try Command(
      "export", path("binary.signet"), "-o", path("exported.signet"), "--json"
    ).succeed().json()
    #expect(export["keptLayers"] as? String == "int8")
    #expect(export["encoding"] == nil)
    let small = try workspace.bytes("small.signet")
    // The same but for the commands that they were made with, which the header has.
    func tensors(_ file: Data) -> Data {
      let header = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      return Data(file.dropFirst(8 + header))
    }
    #expect(try tensors(workspace.bytes("exported.signet")) == tensors(small))
    #expect(direct["fileBytes"] as? Int == small.count)
    #expect(try export["fileBytes"] as? Int == workspace.bytes("exported.signet").count)
    #expect(direct["floatBytes"] as? Int == export["floatBytes"] as? Int)
    #expect(try small.count < workspace.bytes("binary.signet").count)

    let inspection = try Command("inspect", path("small.signet"), "--json").succeed().json()
    let layers = try #require(inspection["layers"] as? [[String: Any]])
    let bits = layers.compactMap { $0["bits"] as? Int }
    #expect(bits.first == 8 && bits.last == 8)
    #expect(bits.dropFirst().dropLast().allSatisfy { $0 == 1 })
    #expect(inspection["int8Weights"] as? Int ?? 0 > 0)
    let before = try top1("binary.signet", engine: "runtime")
    for engine in ["runtime", "torch"] {
      #expect(abs(try top1("small.signet", engine: engine) - before) <= 100 / 60 + 1e-9)
    }

    let onnx = try Command(
      "export", path("binary.signet"), "-o", path("small.onnx"), "--json"
    ).succeed().json()
    #expect(onnx["keptLayers"] as? String == "int8" && onnx["encoding"] as? String == "bits")
    let back = try Command("inspect", path("small.onnx"), "--json").succeed().json()
    #expect((back["layers"] as? [[String: Any]])?.compactMap { $0["bits"] as? Int } == bits)
    let float = try Command(
      "export", path("float.signet"), "-o", path("float.onnx"), "--json"
    ).succeed().json()
    #expect(float["keptLayers"] as? String == "float32")
    let refused = try Command(
      "export", path("float.signet"), "-o", path("float.copy"), "--encoding", "bits"
    ).run()
    #expect(refused.status == 64)
    #expect(refused.standardError.contains("only for ONNX"))
  }

  @Test func aBudgetAndSensitivityAreTold() throws {
    _ = try train(steps: 2)
    let arguments = [
      "binarize", path("float.signet"), "--data", data, "--images", "64", "--effort", "0",
      "--threads", "1", "--json",
    ]
    let budget = try Command(
      arguments: arguments + ["--budget", "1.5", "-o", path("budget.signet")]
    ).succeed()
    let report = try budget.json()
    let choices = try #require(report["choices"] as? [[String: Any]])
    var bits = 0.0
    var weights = 0
    for choice in choices {
      let codes = try #require(choice["codes"] as? Int)
      let count = try #require(choice["weights"] as? Int)
      // Filters may have different numbers of codes.
      bits += Double(count) * (choice["bits"] as? Double ?? Double(codes == 0 ? 32 : codes))
      weights += count
      #expect((choice["changes"] as? [[String: Double]])?.count == 4)
      #expect(budget.standardError.contains(try #require(choice["reason"] as? String)))
    }
    #expect(bits <= 1.5 * Double(weights) + 1e-6 && bits > Double(weights))

    try Command(
      arguments: arguments + ["--sensitivity", "-o", path("measured.signet")]
    ).succeed()
    let inspection = try Command("inspect", path("measured.signet"), "--json").succeed().json()
    let layers = try #require(inspection["layers"] as? [[String: Any]])
    for layer in layers where layer["bits"] as? Int == 1 {
      let sensitivity = try #require(layer["sensitivity"] as? [String: Double])
      #expect(try #require(sensitivity["divergence"]) >= 0)
      #expect((0...1).contains(try #require(sensitivity["changedTop1"])))
    }
    let both = try Command(
      arguments: arguments + ["--budget", "2", "--codes", "2", "-o", path("x.signet")]
    ).run()
    #expect(both.status == 64)
  }

  @Test func anInterruptedTrainingEndsInTheSameBytes() throws {
    let arguments = [
      "train", "fashion-vgg", "--data", data, "--steps", "20", "--batch-size", "32",
      "--precision", "float32", "--threads", "1",
    ]
    try Command(arguments: arguments + ["-o", path("whole.signet")]).succeed()
    let again = arguments + ["-o", path("again.signet")]
    let interrupted = try Command(arguments: again).run(interruptAfter: "train  0/20")
    #expect(interrupted.status == 130)
    #expect(interrupted.standardError.contains("signet: interrupted"))
    #expect(interrupted.standardError.contains("train fashion-vgg --data \(data)"))
    #expect(workspace.exists("again.signet.checkpoint"))
    #expect(!workspace.exists("again.signet"))
    let resumed = try Command(arguments: again).succeed()
    #expect(resumed.standardError.contains("going on from"))
    #expect(try workspace.bytes("again.signet") == workspace.bytes("whole.signet"))
    #expect(!workspace.exists("again.signet.checkpoint"))
  }

  @Test func anInterruptedBinarizationEndsInTheSameBytes() throws {
    _ = try train(steps: 2)
    let arguments = [
      "binarize", path("float.signet"), "--data", data, "--images", "256", "--effort", "0",
      "--threads", "1",
    ]
    try Command(arguments: arguments + ["-o", path("whole.signet")]).succeed()
    let again = arguments + ["-o", path("again.signet")]
    let interrupted = try Command(arguments: again).run(interruptAfter: "1/")
    #expect(interrupted.status == 130)
    #expect(workspace.exists("again.signet.checkpoint"))
    try Command(arguments: again).succeed()
    #expect(try workspace.bytes("again.signet") == workspace.bytes("whole.signet"))
  }

  @Test func aCheckpointOfOtherOptionsIsRefused() throws {
    let arguments = [
      "train", "fashion-vgg", "--data", data, "--steps", "20", "--batch-size", "32",
      "-o", path("float.signet"),
    ]
    let interrupted = try Command(arguments: arguments).run(interruptAfter: "train  0/20")
    #expect(interrupted.status == 130)
    let other = try Command(arguments: arguments + ["--learning-rate", "0.5"]).run()
    #expect(other.status == 64)
    #expect(other.standardError.contains("signet: error: \(path("float.signet.checkpoint")): "))
    #expect(other.standardError.contains("0.5"))
    try Command(arguments: arguments + ["--learning-rate", "0.5", "--restart"]).succeed()
  }
}
