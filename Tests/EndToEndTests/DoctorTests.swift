import Foundation
import Testing

/// What holds on any machine.
@Suite struct DoctorTests {
  @Test func theChoiceIsTheBestThatRuns() throws {
    let command = Command("doctor", "--json", "--threads", "3")
    let report = try command.run(environment: ["SIGNET_KERNELS": ""]).json()
    #expect(report["version"] as? String == "0.1.0")
    #expect(report["threads"] as? Int == 3)
    let kernels = try #require(report["kernels"] as? [String: Any])
    let sets = try #require(kernels["sets"] as? [[String: Any]])
    #expect(kernels["forced"] == nil)
    #expect(sets.last?["name"] as? String == "reference")
    #expect(sets.last?["runs"] as? Bool == true)
    let best = sets.first { $0["runs"] as? Bool == true }
    #expect(kernels["chosen"] as? String == best?["name"] as? String)
    for set in sets where set["runs"] as? Bool == true {
      #expect((set["lacks"] as? [String])?.isEmpty == true)
    }
    let processor = try #require(report["processor"] as? [String: Any])
    #expect(processor["cores"] as? Int ?? 0 > 0)
    #expect(processor["memoryBytes"] as? Int ?? 0 > 1 << 28)
    let libtorch = try #require(report["libtorch"] as? [String: Any])
    #expect((libtorch["version"] as? String)?.hasPrefix("2.") == true)
    #expect(FileManager.default.fileExists(atPath: libtorch["path"] as? String ?? ""))
  }

  @Test func kernelsAreForcedByTheEnvironment() throws {
    let forced = try Command("doctor", "--json").run(environment: ["SIGNET_KERNELS": "reference"])
    let kernels = try #require(forced.json()["kernels"] as? [String: Any])
    #expect(kernels["chosen"] as? String == "reference")
    #expect(kernels["forced"] as? String == "reference")
    let wrong = try Command("doctor").run(environment: ["SIGNET_KERNELS": "referense"])
    #expect(wrong.status == 64)
    #expect(wrong.standardOutput.contains("none: SIGNET_KERNELS asks for 'referense'"))
    #expect(wrong.standardError.contains("did you mean 'reference'?"))
  }
}
