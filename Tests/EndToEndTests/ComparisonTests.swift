import Foundation
import Testing

/// Methods side by side, interrupted and gone on with.
@Suite struct ComparisonTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 128)
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  @Test func everyNumberHasItsCommandAndWhatIsFinishedIsKept() throws {
    let arguments = [
      "compare", "--arch", "fashion-vgg", "--methods", "float,sq-bwn,bwnh", "--data", data,
      "--epochs", "2", "--images", "64", "--effort", "0", "--threads", "1", "--json",
      "-o", path("compared"),
    ]
    let extra = ["--", "--batch-size", "32", "--precision", "float32", "--augment", "none"]
    let interrupted = try Command(arguments: arguments + extra)
      .run(interruptAfter: "finetune  0/6")
    #expect(interrupted.status == 130)
    #expect(interrupted.standardError.contains("signet: interrupted"))
    #expect(workspace.exists("compared/float.signet"))
    #expect(!workspace.exists("compared/sq-bwn.signet"))

    let finished = try Command(arguments: arguments + extra).succeed()
    #expect(finished.standardError.contains("done before: signet train fashion-vgg"))
    let rows = try #require(try finished.json()["rows"] as? [[String: Any]])
    #expect(rows.map { $0["method"] as? String } == ["float", "sq-bwn", "bwnh"])
    let table = try String(contentsOfFile: path("compared/table.md"), encoding: .utf8)
    for row in rows {
      let top1 = try #require(row["top1"] as? Double)
      #expect(abs(try #require(row["error"] as? Double) - (100 - top1)) < 1e-9)
      #expect(row["epochs"] as? Double == 2)
      #expect(row["seconds"] as? Double ?? 0 > 0)
      let file = try #require(row["file"] as? String)
      #expect(row["fileBytes"] as? Int == (try Data(contentsOf: URL(fileURLWithPath: file))).count)
      let commands = try #require(row["commands"] as? [String])
      #expect(commands.last?.hasPrefix("signet evaluate ") == true)
      #expect(commands.allSatisfy { table.contains($0) })
    }

    try Command(arguments: arguments + ["--report", path("compared.html")] + extra).succeed()
    let page = try String(contentsOfFile: path("compared.html"), encoding: .utf8)
    #expect(page.contains("<h1>bwnh.signet</h1>"))
    for text in ["sq-bwn.signet", "float.signet", "Pareto front", "signet binarize "] {
      #expect(page.contains(text), "\(text)")
    }

    // The command in the table makes the same model.
    let commands = try #require(rows[1]["commands"] as? [String])
    var words = commands[0].split(separator: " ").map(String.init).dropFirst()
    words[words.endIndex - 1] = path("again.signet")
    try Command(arguments: Array(words)).succeed()
    #expect(
      try workspace.bytes("again.signet") == workspace.bytes("compared/sq-bwn.signet"))

    let other = try Command(arguments: arguments + ["--", "--batch-size", "16"]).run()
    #expect(other.status == 64)
    #expect(other.standardError.contains("was made by another command"))
  }

  @Test func startsDifferInNothingButTheStart() throws {
    let arguments = [
      "compare", "--arch", "fashion-vgg", "--init", "bwnh,bwn,random", "--supervision", "teacher",
      "--data", data, "--float-epochs", "1", "--epochs", "0.5", "--images", "32", "--effort", "0",
      "--threads", "1", "-o", path("starts"), "--", "--batch-size", "32",
    ]
    try Command(arguments: arguments).succeed()
    let trained = try ["bwnh", "bwn-start", "random-start"].map { name in
      let model = try Command("inspect", path("starts/\(name).signet"), "--json").succeed().json()
      let provenance = try #require(model["provenance"] as? [String: Any])
      let steps = try #require(provenance["steps"] as? [[String: Any]])
      let options = try #require(steps.last?["options"] as? [String: String])
      return options.filter { $0.key != "binaryKeep" }
    }
    #expect(trained[0]["straightThrough"]?.contains("dampening 0.01") == true)
    #expect(trained.allSatisfy { $0 == trained[0] })
  }

  @Test func namesAreCheckedBeforeAnythingIsBegun() throws {
    let wrong = try Command(
      "compare", "--arch", "vgg9", "--methods", "float,bwm", "--data", data, "-o", path("x")
    ).run()
    #expect(wrong.status == 64)
    #expect(wrong.standardError.contains("did you mean 'bwn'?"))
    let extra = try Command(
      "compare", "--arch", "vgg9", "--data", data, "-o", path("x"), "--", "--epohcs", "3"
    ).run()
    #expect(extra.status == 64)
    #expect(!workspace.exists("x/float.signet"))
    let random = try Command(
      "compare", path("none.signet"), "--init", "random", "--data", data, "-o", path("x")
    ).run()
    #expect(random.status == 64)
  }

  @Test func metricsAndTheBestModelAreKept() throws {
    let report = try Command(
      "train", "fashion-vgg", "--method", "bwn", "--data", data, "--epochs", "2", "--batch-size",
      "32", "--precision", "float32", "--threads", "1", "--ema", "0.9", "--mixup", "0.2",
      "--cutout", "4", "--clip-gradients", "5", "--label-smoothing", "0.1", "--recalibrate-bn", "2",
      "--patience", "5", "--log", path("log"), "--json", "-o", path("bwn.signet")
    ).succeed().json()
    let lines = try String(contentsOfFile: path("log/metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n")
      .compactMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    // Of 120 images 108 are trained on.
    #expect(lines.compactMap { $0["step"] as? Int } == [0, 3, 6])
    let validations = lines.compactMap { $0["validation"] as? Double }
    #expect(validations.count == 3)
    let validation = try #require(report["validation"] as? [String: Any])
    #expect(validation["measure"] as? String == "top-1")
    #expect(validation["images"] as? Int == 12)
    #expect(validation["start"] as? Double == validations.first)
    #expect(validation["end"] as? Double == validations.last)
    let kept = try #require(validation["kept"] as? Double)
    #expect(validations.contains(kept) && kept >= validations[0])
    #expect(try workspace.bytes("log/events.out.tfevents.signet").count > 100)
    // The test images are measured once, for the network that was kept.
    let evaluation = try Command(
      "evaluate", path("bwn.signet"), "--data", data, "--engine", "torch", "--threads", "1",
      "--json"
    ).succeed().json()
    #expect(evaluation["top1"] as? Double == report["top1"] as? Double)
    #expect(!workspace.exists("bwn.best.signet"))
  }
}
