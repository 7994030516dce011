import Foundation
import SignetModel
import SignetReport
import Testing
import ThrownErrors

@Suite struct MetricsReadingTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("signet-metrics-\(UUID().uuidString)")

  private func metrics(_ step: Int) -> TrainingMetrics {
    TrainingMetrics(
      epoch: Double(step) / 10, step: step, loss: 1 / Double(step), top1: 50, validation: nil,
      learningRate: 0.1, imagesPerSecond: 100, time: 1)
  }

  @Test func whatWasWrittenIsRead() throws {
    var log = try MetricsLog(folder: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    try log.append(metrics(1))
    try log.append(metrics(2))
    let file = MetricsLog.lines(in: folder.path)
    #expect(try MetricsLog.read(file.path) == [metrics(1), metrics(2)])
    #expect(try MetricsLog.read(folder.path) == [metrics(1), metrics(2)])
    let whole = try Data(contentsOf: file)
    try whole.dropLast(20).write(to: file)
    #expect(try MetricsLog.read(file.path) == [metrics(1)])
  }

  @Test func otherFilesAreNamedWithTheLine() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("metrics.jsonl")
    try Data("no metrics\n".utf8).write(to: file)
    let error = try #require(throws: ModelFileError.self) { try MetricsLog.read(file.path) }
    #expect(
      "\(error)".hasSuffix(
        "metrics.jsonl: line 1: expected metrics as --log of train and finetune writes them"))
    #expect(throws: ModelFileError.self) { try MetricsLog.read(folder.path + "/none") }
  }
}
