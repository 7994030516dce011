import Foundation
import Testing

@testable import SignetReport

@Suite struct MetricsTests {
  private func metrics(_ step: Int, loss: Double? = 0.5) -> TrainingMetrics {
    TrainingMetrics(
      epoch: Double(step) / 2, step: step, loss: loss, top1: loss.map { 100 * $0 },
      validation: step == 2 ? 75 : nil, learningRate: 0.125, imagesPerSecond: loss.map { _ in 64 },
      time: 1_700_000_000)
  }

  private func hex(_ data: Data) -> String {
    data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Check values of RFC 3720, B.4.
  @Test func castagnoliChecksums() {
    #expect(CRC32C.checksum(Data("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum(Data(repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum(Data(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(Data()) == 0)
  }

  @Test func eventsAreLaidOutAsTensorBoardReadsThem() throws {
    let version = EventRecord(time: 1_700_000_000, step: 0, content: .fileVersion).bytes
    // length 24, its checksum; wall_time, file_version "brain.Event:2"; checksum
    #expect(
      hex(version)
        == "1800000000000000" + "a37f4b22" + "090000" + "0040fc54d941"
        + "1a0d627261696e2e4576656e743a32" + "eced8f9d")
    let scalar = EventRecord(
      time: 1_700_000_000.5, step: 300, content: .scalars([("train/loss", 0.25), ("b", -1)])
    ).bytes
    #expect(
      hex(scalar)
        == "2b00000000000000" + "861bc34b" + "0900002040fc54d941" + "10ac02"
        + "2a1d" + "0a11" + "0a0a747261696e2f6c6f7373" + "150000803e"
        + "0a08" + "0a0162" + "15000080bf" + "e4a08eaf")
  }

  @Test func linesAndEventsGoOnWithoutDoubledSteps() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let lines = folder.appendingPathComponent(MetricsLog.linesName)
    let events = folder.appendingPathComponent(MetricsLog.eventsName)
    func write(_ steps: [Int]) throws {
      var log = try MetricsLog(folder: folder)
      for step in steps { try log.append(metrics(step, loss: step == 0 ? nil : 0.5)) }
    }
    try write([0, 1, 2, 3, 4])
    let whole = try (Data(contentsOf: lines), Data(contentsOf: events))
    let first = try #require(String(decoding: whole.0, as: UTF8.self).split(separator: "\n").first)
    #expect(first == #"{"epoch":0,"learningRate":0.125,"step":0,"time":1700000000}"#)

    // Killed while it wrote a line after its last checkpoint, at step 2.
    try (whole.0 + Data("{\"epoch\":2.5,\"st".utf8)).write(to: lines)
    try write([3, 4])
    #expect(try Data(contentsOf: lines) == whole.0)
    #expect(try Data(contentsOf: events) == whole.1)

    // A new run begins anew.
    try write([0])
    #expect(try String(contentsOf: lines, encoding: .utf8) == "\(first)\n")
  }

  @Test func whatCannotBeWrittenHasAReason() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("signet-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var log = try MetricsLog(folder: folder.appendingPathComponent("deep/er"))
    try log.append(metrics(0))
    try FileManager.default.removeItem(at: folder)
    #expect {
      try log.append(metrics(1))
    } throws: { error in
      "\(error)".hasSuffix("\(MetricsLog.linesName): cannot write: No such file or directory")
    }
    try Data().write(to: folder)
    #expect {
      _ = try MetricsLog(folder: folder.appendingPathComponent("in"))
    } throws: { error in
      "\(error)" == "\(folder.path)/in: cannot make a folder: Not a directory"
    }
  }
}
