import Foundation
import SignetModel

extension Ranks {
  /// The state that the first process finds in a file; `nil` where there is nothing yet.
  ///
  /// - Throws: ``TrainingError`` where the file is not this run's
  func checkpoint(
    _ kind: Checkpoint.Kind, fingerprint: [String: String], in file: URL
  ) throws -> Checkpoint? {
    var bytes: [UInt8] = []
    if isFirst, FileManager.default.fileExists(atPath: file.path) {
      guard CheckpointFile.isCheckpoint(file) else {
        throw TrainingError.foreignCheckpoint(file: file)
      }
      let checkpoint = try Checkpoint(contentsOf: file)
      try checkpoint.require(kind: kind, fingerprint: fingerprint, file: file)
      guard count > 1 else { return checkpoint }
      bytes = Array(try MappedFile.data(at: file))
    }
    bytes = try takeFromFirst(bytes)
    return bytes.isEmpty ? nil : try Checkpoint(Data(bytes), from: file)
  }
}
