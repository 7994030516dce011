import Foundation
import Testing

/// Hashing and fine-tuning as one command.
@Suite struct RecoveryTests {
  private let workspace: Workspace
  private let data: String

  init() throws {
    workspace = try Workspace()
    data = try TinyFashion.write(
      to: workspace.folder.appendingPathComponent("data"), trainImages: 64)
    try Command(
      "train", "fashion-vgg", "--data", data, "--steps", "1", "--batch-size", "8", "--threads", "1",
      "--augment", "none", "-o", path("float.signet")
    ).succeed()
  }

  private func path(_ name: String) -> String { workspace.path(name) }

  private func binarize(minutes: String, _ options: String...) -> Command {
    Command(
      arguments: [
        "binarize", path("float.signet"), "--data", data, "--images", "32", "--effort", "0",
        "--threads", "1", "--then-finetune", minutes, "-o", path("tuned.signet"), "--json",
      ] + options)
  }

  @Test func bothModelsAreWrittenWithTheirCommands() throws {
    let report = try binarize(minutes: "0.02").succeed().json()
    let hashing = try #require(report["binarization"] as? [String: Any])
    let tuning = try #require(report["finetuning"] as? [String: Any])
    #expect(hashing["output"] as? String == path("tuned.hashed.signet"))
    #expect(tuning["output"] as? String == path("tuned.signet"))
    let steps = try #require(tuning["steps"] as? Int)
    #expect(steps >= 1)
    let left = try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path)
    #expect(left.sorted() == ["data", "float.signet", "tuned.hashed.signet", "tuned.signet"])
    // The steps that were taken, which give the same model wherever.
    let history = try Command("inspect", path("tuned.signet"), "--json").succeed().json()
    let provenance = try #require(history["provenance"] as? [String: Any])
    let made = try #require(provenance["steps"] as? [[String: Any]])
    let commands = made.compactMap { $0["command"] as? [String] }
    #expect(commands.map { $0[1] }.suffix(2) == ["binarize", "finetune"])
    let last = try #require(commands.last)
    #expect(last.contains("--steps") && last.contains("\(steps)"))
    #expect(!commands.joined().contains { $0 == "--minutes" || $0 == "--then-finetune" })
  }

  @Test func whatWasHashedIsNotHashedAgain() throws {
    let stopped = try binarize(minutes: "2").run(interruptAfter: "steps fit")
    #expect(stopped.status == 130)
    let hashed = try workspace.bytes("tuned.hashed.signet")
    #expect(!FileManager.default.fileExists(atPath: path("tuned.signet")))
    let left = try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path)
    #expect(left.contains("tuned.signet.checkpoint"))
    let again = try binarize(minutes: "2").run(interruptAfter: "held-out agreement")
    #expect(again.standardError.contains("hashed before"))
    #expect(again.standardError.contains("going on from"))
    #expect(try workspace.bytes("tuned.hashed.signet") == hashed)
    // What is asked for now is another model: it is hashed, and the checkpoint does not fit it.
    let other = try binarize(minutes: "2", "--codes", "2").run()
    #expect(!other.standardError.contains("hashed before"))
    #expect(other.status != 0 && other.standardError.contains("--restart"))
  }

  @Test func itIsForOneProcess() throws {
    let output = try binarize(minutes: "1").run(environment: [
      "RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "MASTER_ADDR": "127.0.0.1",
      "MASTER_PORT": "29500",
    ])
    #expect(output.status == 64)
    #expect(output.standardError.contains("--then-finetune: is for one process"))
  }
}
