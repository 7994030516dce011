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

  /// The JSON lines of the log in a folder.
  public static func lines(in folder: String) -> URL {
    URL(fileURLWithPath: folder).appendingPathComponent(linesName)
  }

  /// TensorBoard's file of the log in a folder.
  public static func events(in folder: String) -> URL {
    URL(fileURLWithPath: folder).appendingPathComponent(eventsName)
  }

  private let lines: URL
  private let events: URL
  private var isOpen = false

  /// Makes the folder if need be.
  /// - Throws: ``ModelFileError``
  public init(folder: URL) throws(ModelFileError) {
    lines = folder.appendingPathComponent(Self.linesName)
    events = folder.appendingPathComponent(Self.eventsName)
    try FileFolder.make(folder)
  }

  /// - Throws: ``ModelFileError``
  public mutating func append(_ metrics: TrainingMetrics) throws(ModelFileError) {
    if !isOpen { try begin(before: metrics.step, time: metrics.time) }
    isOpen = true
    try Self.append(Self.line(metrics, of: lines), to: lines)
    try Self.append(Self.record(metrics).bytes, to: events)
  }

  /// Writes both files anew with the steps before `step`.
  private func begin(before step: Int, time: Double) throws(ModelFileError) {
    let old = (try? Data(contentsOf: lines)) ?? Data()
    // The last line may have been cut short when its run was killed.
    let kept = old.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(TrainingMetrics.self, from: $0)
    }.filter { $0.step < step }
    var text: [Data] = []
    for metrics in kept { text.append(try Self.line(metrics, of: lines)) }
    let version = EventRecord(time: kept.first?.time ?? time, step: 0, content: .fileVersion)
    try AtomicFile.write(text, to: lines)
    try AtomicFile.write([version.bytes] + kept.map { Self.record($0).bytes }, to: events)
  }

  private static func record(_ metrics: TrainingMetrics) -> EventRecord {
    EventRecord(time: metrics.time, step: metrics.step, content: .scalars(metrics.scalars))
  }

  private static func line(
    _ metrics: TrainingMetrics, of file: URL
  ) throws(ModelFileError) -> Data {
    do {
      return try metrics.line + Data("\n".utf8)
    } catch {
      // Numbers that JSON does not have.
      throw ModelFileError(
        path: file.path, defect: .json(part: "metrics", offset: nil, reason: "\(error)"))
    }
  }

  private static func append(_ data: Data, to file: URL) throws(ModelFileError) {
    let descriptor = open(file.path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system("write", path: file.path) }
    defer { close(descriptor) }
    let code = WholeWrite.write(data, to: descriptor)
    guard code == 0 else { throw .system("write", path: file.path, code: code) }
  }
}
