import Foundation
import SignetModel

/// A folder with a training run's metrics, as JSON lines (`metrics.jsonl`) and as a TensorBoard
/// event file, for whoever watches.
///
/// A run that goes on from a checkpoint continues both: what an interrupted run wrote after its
/// last checkpoint is dropped when its steps come again.
public struct MetricsLog {
  public static let linesName = "metrics.jsonl"
  public static let eventsName = "events.out.tfevents.signet"

  private let lines: URL
  private let events: URL
  private var isOpen = false

  /// Makes the folder if need be.
  /// - Throws: ``ModelFileError``
  public init(folder: URL) throws(ModelFileError) {
    lines = folder.appendingPathComponent(Self.linesName)
    events = folder.appendingPathComponent(Self.eventsName)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw Self.failure(folder, error)
    }
  }

  /// - Throws: ``ModelFileError``
  public mutating func append(_ metrics: TrainingMetrics) throws(ModelFileError) {
    if !isOpen { try open(before: metrics.step, time: metrics.time) }
    isOpen = true
    do {
      try Self.append(metrics.line + Data("\n".utf8), to: lines)
      try Self.append(Self.record(metrics).bytes, to: events)
    } catch {
      throw Self.failure(lines, error)
    }
  }

  /// Writes both files anew with the steps before `step`.
  private func open(before step: Int, time: Double) throws(ModelFileError) {
    let old = (try? Data(contentsOf: lines)) ?? Data()
    // The last line may have been cut short when its run was killed.
    let kept = old.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(TrainingMetrics.self, from: $0)
    }.filter { $0.step < step }
    let text: [Data]
    do {
      text = try kept.map { try $0.line + Data("\n".utf8) }
    } catch {
      throw Self.failure(lines, error)
    }
    let version = EventRecord(time: kept.first?.time ?? time, step: 0, content: .fileVersion)
    try AtomicFile.write(text, to: lines)
    try AtomicFile.write([version.bytes] + kept.map { Self.record($0).bytes }, to: events)
  }

  private static func record(_ metrics: TrainingMetrics) -> EventRecord {
    EventRecord(time: metrics.time, step: metrics.step, content: .scalars(metrics.scalars))
  }

  private static func append(_ data: Data, to file: URL) throws {
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: data)
  }

  private static func failure(_ file: URL, _ error: any Error) -> ModelFileError {
    ModelFileError(
      path: file.path, defect: .system(operation: "write", reason: "\(error)"))
  }
}
