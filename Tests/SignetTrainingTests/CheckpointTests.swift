import Foundation
import Testing

@testable import SignetTraining

@Suite struct CheckpointTests {
  private let checkpoint: Checkpoint = {
    var checkpoint = Checkpoint(kind: .training, fingerprint: ["a": "1", "ü\"": "x\ny"])
    checkpoint.values["step"] = "7"
    checkpoint.tensors["w"] = .init(floats: [1, -0.0, .infinity, 1e-38], shape: [2, 2])
    checkpoint.tensors["g"] = .init(bytes: [0, 255, 3])
    return checkpoint
  }()

  @Test func roundTrip() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("state")
      try checkpoint.write(to: file)
      let read = try Checkpoint(contentsOf: file)
      #expect(read == checkpoint)
      #expect(read.tensors["w"]?.floats?.last == 1e-38)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["state"])
    }
  }

  @Test func everyFlippedBitIsSeen() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("state")
      try checkpoint.write(to: file)
      let good = try Data(contentsOf: file)
      for position in good.indices {
        var bad = good
        bad[position] ^= 1 << (position % 8)
        try bad.write(to: file)
        // Spaces that fill up the header carry nothing.
        if let read = try? Checkpoint(contentsOf: file) { #expect(read == checkpoint) }
      }
      for length in stride(from: 0, to: good.count, by: 7) {
        try good.prefix(length).write(to: file)
        #expect(throws: TrainingError.self) { try Checkpoint(contentsOf: file) }
      }
      #expect(throws: TrainingError.self) {
        try Checkpoint(contentsOf: folder.appendingPathComponent("absent"))
      }
    }
  }

  @Test func differencesAreListed() throws {
    let file = URL(fileURLWithPath: "/nowhere")
    #expect {
      try checkpoint.require(kind: .training, fingerprint: ["a": "2", "b": "3"], file: file)
    } throws: { error in
      guard case .otherRun(_, let differences) = error as? TrainingError else { return false }
      return differences == [
        .init(name: "a", checkpoint: "1", current: "2"),
        .init(name: "b", checkpoint: "none", current: "3"),
        .init(name: "ü\"", checkpoint: "x\ny", current: "none"),
      ]
    }
  }
}
