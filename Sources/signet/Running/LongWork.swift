import Foundation
import SignetModel
import SignetReport
import SignetTraining

/// The files of work that takes long: made sure of before it begins, kept from other runs while it
/// goes on, tidied up at its end.
struct LongWork {
  let checkpoint: URL
  private let writes: Bool
  private let restarts: Bool
  private let locks: [FileLock]

  /// - Parameters:
  ///   - log: a folder for metrics
  ///   - writes: whether this process is the one that writes the files
  init(
    files: FileRoles, output: OutputFile, checkpoints: CheckpointOptions, log: String? = nil,
    writes: Bool = true
  ) throws {
    self.writes = writes
    guard writes else {
      checkpoint = checkpoints.file(for: output).url
      (restarts, locks) = (false, [])
      return
    }
    try files.check()
    if let log { try FileFolder.make(URL(fileURLWithPath: log)) }
    try output.check()
    let file = checkpoints.file(for: output)
    try file.check()
    checkpoint = file.url
    restarts = checkpoints.restart
    if FileManager.default.fileExists(atPath: file.path), !CheckpointFile.isCheckpoint(file.url) {
      throw TrainingError.foreignCheckpoint(file: file.url)
    }
    let written = [output.url, file.url] + (log.map { [MetricsLog.lines(in: $0)] } ?? [])
    locks = try written.map { try FileLock($0) }
  }

  /// Says what is done with unfinished work that is there, and does it.
  func begin() throws {
    guard writes, FileManager.default.fileExists(atPath: checkpoint.path) else { return }
    if restarts {
      try CheckpointFile.remove(checkpoint)
    } else {
      Console.note("going on from \(checkpoint.path) (--restart starts anew)")
    }
  }

  /// Removes the checkpoint: the work is done. What is left of it then does no harm.
  func finish() {
    guard writes else { return }
    do {
      try CheckpointFile.remove(checkpoint)
    } catch {
      Console.warn("\(error)")
    }
  }

  func release() {
    for lock in locks { lock.release() }
  }
}
