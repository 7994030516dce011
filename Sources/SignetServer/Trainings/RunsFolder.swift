import Foundation
import NIOCore
import SignetData
import SignetModel
import SignetReport

/// A folder that trainings below write their metrics to.
struct RunsFolder: Sendable {
  private let folder: URL

  /// Runs that are shown: those that changed last.
  private static let mostRuns = 24
  /// Files and folders that are looked at.
  private static let mostEntries = 20_000
  private static let mostLevels = 6

  /// - Throws: ``DataError`` where there is no such folder.
  init(_ path: String) throws(DataError) {
    folder = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { throw .unreadable(path: path, reason: "expected a folder of trainings (--runs)") }
  }

  /// - Parameter known: what was read before; files that did not change are not read again
  func runs(_ known: inout [String: TrainingRun]) -> (shown: [TrainingRun], isCut: Bool) {
    var found: [(name: String, file: URL, changed: Date, bytes: Int)] = []
    let keys: Set<URLResourceKey> = [
      .contentModificationDateKey, .fileSizeKey, .isRegularFileKey,
    ]
    let entries = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: Array(keys), options: [.skipsHiddenFiles])
    var seen = 0
    while let file = entries?.nextObject() as? URL, seen < Self.mostEntries {
      seen += 1
      if let entries, entries.level >= Self.mostLevels { entries.skipDescendants() }
      guard file.lastPathComponent == MetricsLog.linesName,
        let values = try? file.resourceValues(forKeys: keys), values.isRegularFile == true
      else { continue }
      found.append(
        (
          name(of: file), file, values.contentModificationDate ?? .distantPast,
          values.fileSize ?? 0
        ))
    }
    found.sort { ($0.changed, $1.name) > ($1.changed, $0.name) }
    var runs: [String: TrainingRun] = [:]
    for one in found.prefix(Self.mostRuns) {
      let old = known[one.name]
      let isSame = old?.changed == one.changed && old?.bytes == one.bytes
      runs[one.name] =
        (isSame ? old : nil)
        ?? TrainingRun(name: one.name, file: one.file, changed: one.changed, bytes: one.bytes)
    }
    known = runs
    return (
      found.prefix(Self.mostRuns).compactMap { runs[$0.name] }, found.count > Self.mostRuns
    )
  }

  /// The folder that a file is in, seen from the watched one.
  private func name(of file: URL) -> String {
    let own = folder.pathComponents.count
    let path = file.standardizedFileURL.deletingLastPathComponent().pathComponents.dropFirst(own)
    return path.isEmpty ? folder.lastPathComponent : path.joined(separator: "/")
  }

  static func json(_ runs: [TrainingRun], isCut: Bool) -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.member("isCut", isCut)
      json.member("runs", arrayOf: runs) { $1.write(to: &$0) }
    }
    return json.buffer
  }
}
