import Foundation
import Testing

/// Help texts are part of the interface. `SIGNET_UPDATE_SNAPSHOTS=1 swift test --filter HelpTests`
/// writes them anew after a deliberate change.
@Suite struct HelpTests {
  static let subcommands = [
    "train", "binarize", "finetune", "compare", "evaluate", "predict", "benchmark", "inspect",
    "import", "export", "report", "serve", "doctor", "demo",
  ]

  @Test(arguments: ["signet"] + subcommands) func helpIsAsRecorded(name: String) throws {
    let output = try Command(arguments: name == "signet" ? ["--help"] : [name, "--help"]).succeed()
    let file = Repository.fixtures.appendingPathComponent("help/\(name).txt")
    if ProcessInfo.processInfo.environment["SIGNET_UPDATE_SNAPSHOTS"] != nil {
      try Data(output.standardOutput.utf8).write(to: file)
    }
    #expect(output.standardOutput == (try String(contentsOf: file, encoding: .utf8)))
    #expect(output.standardError.isEmpty)
  }

  /// A wrong thread count is found only after everything else was understood.
  @Test(arguments: subcommands) func theExamplesAreUnderstood(name: String) throws {
    let help = try Command(name, "--help").succeed().standardOutput
    let lines = help.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n")
    let commands = lines.map { line in line.split(separator: " ").map(String.init) }
    let examples = commands.filter { $0.starts(with: ["signet", name]) }
    #expect(!examples.isEmpty)
    for example in examples {
      let output = try Command(arguments: example.dropFirst() + ["--threads", "0"]).run()
      #expect(output.status == 64)
      #expect(
        output.standardError.hasPrefix(
          "signet: error: --threads: expected 1 to 1024, found 0\n"))
    }
  }

  @Test func versionIsPrinted() throws {
    #expect(try Command("--version").succeed().standardOutput == "0.1.0\n")
  }
}
