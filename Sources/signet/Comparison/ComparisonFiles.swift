import Foundation
import SignetReport

/// The files of a comparison's folder, and whose they are.
struct ComparisonFiles {
  let results: URL
  let page: URL

  init(folder: URL) {
    results = folder.appendingPathComponent("results.json")
    page = folder.appendingPathComponent("table.md")
  }

  /// What an earlier comparison left here.
  ///
  /// - Throws: ``CommandError/foreignFile(_:)`` for files that no comparison wrote.
  func earlierReport() throws(CommandError) -> ComparisonReport? {
    let manager = FileManager.default
    let earlier = (try? Data(contentsOf: results)).flatMap {
      try? JSONDecoder().decode(ComparisonReport.self, from: $0)
    }
    guard earlier == nil else { return earlier }
    if let file = [results, page].first(where: { manager.fileExists(atPath: $0.path) }) {
      throw .foreignFile(file.relativePath)
    }
    return nil
  }

  /// Everything is understood, and no file stands in the way, before anything is begun.
  ///
  /// - Parameters:
  ///   - network: the file all start from
  ///   - restart: other commands than the earlier ones may make the files anew, but no files that
  ///     were not made here
  func check(
    _ steps: [ComparisonPlan.Step], network: String?, earlier: ComparisonReport?, restart: Bool
  ) throws {
    var files = FileRoles()
    files.reads(network, as: "the model")
    for file in [results, page] { files.writes(file, as: "-o \(file.lastPathComponent)") }
    try files.check()
    let made = Set((earlier?.steps ?? []).map { URL(fileURLWithPath: $0.output).lastPathComponent })
    for step in steps {
      try (Signet.parseAsRoot(step.words) as? any LongCommand)?.files.check()
      let known = earlier?.steps.first { $0.output == step.output }
      if !restart, let known, known.command != step.line {
        throw CommandError.otherComparison(
          file: step.output, earlier: known.command, now: step.line)
      }
      guard FileManager.default.fileExists(atPath: step.output) else { continue }
      let name = URL(fileURLWithPath: step.output).lastPathComponent
      guard restart ? made.contains(name) : known != nil else {
        throw CommandError.foreignFile(step.output)
      }
    }
  }
}
