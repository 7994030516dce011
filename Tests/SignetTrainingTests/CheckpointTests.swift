import Foundation
import SignetModel
import Testing
import ThrownErrors

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
      var unseen = 0
      for position in good.indices {
        for bit in 0..<8 {
          var bad = good
          bad[position] ^= 1 << bit
          try bad.write(to: file)
          // Spaces that fill up the header carry nothing.
          guard let read = try? Checkpoint(contentsOf: file) else { continue }
          #expect(read == checkpoint && good[position] == UInt8(ascii: " "))
          unseen += 1
        }
      }
      // White space that is other white space.
      #expect(unseen < 8 * 3)
      for length in stride(from: 0, to: good.count, by: 7) {
        try good.prefix(length).write(to: file)
        let text = thrown(TrainingError.self) { try Checkpoint(contentsOf: file) }
        #expect(
          text.hasPrefix("\(file.path): not a usable checkpoint: truncated: expected ")
            && text.hasSuffix(" bytes, found \(length); --restart starts anew"))
      }
      #expect(
        thrown(TrainingError.self) {
          try Checkpoint(contentsOf: folder.appendingPathComponent("absent"))
        }
          == "\(folder.path)/absent: not a usable checkpoint: cannot open: No such file or directory; --restart starts anew"
      )
    }
  }

  @Test func damageIsSaidOfTheCheckpointWithAWayOn() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("state")
      try checkpoint.write(to: file)
      let good = try Data(contentsOf: file)
      for bad in [good.prefix(good.count / 2), good + [0], Data("text".utf8), good.dropFirst()] {
        try bad.write(to: file)
        #expect {
          try Checkpoint(contentsOf: file)
        } throws: { error in
          guard case .checkpoint(file, _) = error as? TrainingError else { return false }
          return "\(error)".contains("--restart")
        }
      }
    }
  }

  @Test func aFormerVersionsChecksumIsNamed() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("state")
      let head = #"{"fingerprint":{},"kind":"training","values":{}}"#
      let writer = SafetensorsWriter(
        tensors: [],
        metadata: [
          "signet.checkpoint": head, "signet.checkpoint.checksum": "0123456789abcdef",
        ])
      try AtomicFile.write(writer.parts, to: file)
      #expect(CheckpointFile.isCheckpoint(file))
      #expect {
        try Checkpoint(contentsOf: file)
      } throws: { error in
        "\(error)".hasSuffix(
          "not a usable checkpoint: an earlier version of Signet wrote it; --restart starts anew")
      }
    }
  }

  @Test func theChecksumIsSHA256() throws {
    // hashlib.sha256(b"abc" + struct.pack("<Q", 3)) in Python
    #expect(
      Digest(Data("abc".utf8)).hexadecimal
        == "baba775df93bdbf9d34cd8eb1cfe68727c19de118e74f374100e75baeea41d90")
    var parts = Digest(Data("a".utf8))
    parts.add(Data("bc".utf8))
    #expect(parts.hexadecimal != Digest(Data("abc".utf8)).hexadecimal)
  }

  @Test func aDiskThatIsFullIsNoDamage() throws {
    let file = URL(fileURLWithPath: "/nowhere/state")
    #expect {
      try checkpoint.write(to: file)
    } throws: { error in
      guard case .modelFile(let error) = error as? TrainingError else { return false }
      return error.path == file.path
        && error.defect == .system(operation: "write", reason: "No such file or directory")
    }
  }

  @Test func onlyCheckpointsAreRemoved() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("state")
      try CheckpointFile.remove(file)
      try checkpoint.write(to: file)
      let good = try Data(contentsOf: file)
      // Damaged ones still are checkpoints.
      for bytes in [good, good.prefix(good.count / 2), Data()] {
        try bytes.write(to: file)
        #expect(CheckpointFile.isCheckpoint(file))
        try CheckpointFile.remove(file)
        #expect(!FileManager.default.fileExists(atPath: file.path))
      }
      for foreign in [try Tiny.model().fileBytes(), Array("signet.checkpoint".utf8), [0]] {
        try Data(foreign).write(to: file)
        #expect(!CheckpointFile.isCheckpoint(file))
        #expect {
          try CheckpointFile.remove(file)
        } throws: { error in
          guard case .foreignCheckpoint(file) = error as? TrainingError else { return false }
          return true
        }
        #expect(try Data(contentsOf: file) == Data(foreign))
      }
      #expect(
        thrown(TrainingError.self) { try CheckpointFile.remove(folder) }
          == "\(folder.path): is no checkpoint, and not even --restart replaces other files; move it away or choose another --checkpoint"
      )
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
