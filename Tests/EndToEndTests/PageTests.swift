import Foundation
import Testing

/// The page that `signet report` and the commands' `--report` write.
@Suite struct PageTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 160, testImages: 40)
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func page(_ name: String) throws -> String {
    String(decoding: try workspace.bytes(name), as: UTF8.self)
  }

  private func train(_ steps: Int = 12) throws {
    try Command(
      "train", "fashion-vgg", "--data", data, "--steps", "\(steps)", "--batch-size", "32",
      "--learning-rate", "0.05", "--augment", "none", "--precision", "float32", "--threads", "1",
      "-o", path("float.signet")
    ).succeed()
  }

  @Test func theWholeWayHasItsPages() throws {
    try train()
    try Command(
      "binarize", path("float.signet"), "--data", data, "--images", "64", "--effort", "0",
      "--threads", "1", "-o", path("binary.signet"), "--report", path("binarized.html")
    ).succeed()
    let binarized = try page("binarized.html")
    for id in ["findings", "errors", "deviation", "mistakes", "filters", "time", "origin"] {
      #expect(binarized.contains("<h2 id=\"\(id)\">"), "\(id)")
    }
    #expect(binarized.contains("smaller") && binarized.contains("hurt most"))
    #expect(binarized.contains("data:image/png;base64,"))

    let tuned = try Command(
      "finetune", path("binary.signet"), "--teacher", path("float.signet"), "--data", data,
      "--steps", "4", "--batch-size", "32", "--augment", "none", "--precision", "float32",
      "--threads", "1", "--log", path("log"), "-o", path("tuned.signet"), "--report",
      path("tuned.html")
    ).succeed()
    #expect(tuned.standardError.contains("→ \(path("tuned.html"))"))
    #expect(try page("tuned.html").contains("<h2 id=\"training\">"))

    let report = try Command(
      "report", path("tuned.signet"), path("binary.signet"), "--against", path("float.signet"),
      "--data", data, "--limit", "20", "--metrics", path("log"), "--seconds", "0.05", "--json",
      "-o", path("report.html")
    ).succeed().json()
    let bytes = try workspace.bytes("report.html").count
    #expect(report["fileBytes"] as? Int == bytes)
    #expect(bytes < 3_000_000)
    let findings = try #require(report["findings"] as? [[String: String]])
    #expect(findings.count == 5)
    #expect(findings[0]["figure"]?.hasSuffix("smaller") == true)
    let page = try page("report.html")
    #expect(page.contains("20 of 40") && page.contains("binary.signet"))
    #expect(page.contains("signet report "))
    try otherCommands()
  }

  private func otherCommands() throws {
    try Command(
      "evaluate", path("binary.signet"), "--data", data, "--threads", "1", "--report",
      path("evaluated.html")
    ).succeed()
    #expect(try page("evaluated.html").contains("<h2 id=\"mistakes\">"))
    try Command(
      "benchmark", path("binary.signet"), "--seconds", "0.05", "--report", path("measured.html")
    ).succeed()
    #expect(try page("measured.html").contains("<h2 id=\"time\">"))
    let plot = try Command("inspect", path("binary.signet"), "--plot").succeed().standardOutput
    #expect(plot.contains("error per layer") && plot.contains("█"))
    let bytes = try Command("inspect", path("float.signet"), "--plot").succeed().standardOutput
    #expect(bytes.contains("bytes per layer"))
  }

  @Test func whatCannotBeWrittenIsSaidBeforeTheWork() throws {
    try train(2)
    for arguments in [
      ["report", path("float.signet"), "-o", path("none/page.html")],
      [
        "binarize", path("float.signet"), "--data", data, "-o", path("binary.signet"), "--report",
        path("none/page.html"),
      ],
      ["benchmark", path("float.signet"), "--report", path("none/page.html")],
    ] {
      let output = try Command(arguments: arguments).run()
      #expect(output.status == 64)
      #expect(output.standardError.contains("the folder '\(path("none"))' does not exist"))
    }
    #expect(!workspace.exists("binary.signet"))
  }

  @Test func noFileIsReadAndWritten() throws {
    try train(2)
    let before = try workspace.bytes("float.signet")
    for arguments in [
      ["report", path("float.signet"), "-o", path("float.signet")],
      ["evaluate", path("float.signet"), "--data", data, "--report", path("float.signet")],
      ["benchmark", path("float.signet"), "--report", path("float.signet")],
    ] {
      let output = try Command(arguments: arguments).run()
      #expect(output.status == 64)
      #expect(output.standardError.contains("at once; what is written needs a name of its own"))
    }
    #expect(try workspace.bytes("float.signet") == before)
  }

  @Test func whatDoesNotFitIsNamed() throws {
    try train(2)
    try workspace.write(Data("no metrics\n".utf8), to: "other.txt")
    let metrics = try Command(
      "report", path("float.signet"), "--metrics", path("other.txt"), "-o", path("page.html")
    ).run()
    #expect(metrics.status == 65)
    #expect(metrics.standardError.contains("other.txt: line 1: expected metrics"))
    let limit = try Command(
      "report", path("float.signet"), "--limit", "3", "-o", path("page.html")
    ).run()
    #expect(limit.status == 64)
    let plot = try Command("inspect", path("float.signet"), "--plot", "--json").run()
    #expect(plot.status == 64)
    #expect(!workspace.exists("page.html"))
  }
}
