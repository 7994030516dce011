import Foundation
import Testing

/// A few kills at random moments; `Tests/Kills/run` does as many as one likes.
@Suite struct KillTests {
  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: python != nil, "no Python for the script"))
  func killedCommandsLeaveTheOldFileOrTheNewOne() throws {
    let script = Repository.root.appendingPathComponent("Tests/Kills/run").path
    let output = try Command(
      shell: "'\(Self.python ?? "")' '\(script)' --kills 3 --command '\(Command.executable.path)'"
    ).run()
    #expect(output.status == 0, "\(output.standardOutput)\(output.standardError)")
    #expect(output.standardOutput.contains("3 kills, 0 faults"))
  }
}
