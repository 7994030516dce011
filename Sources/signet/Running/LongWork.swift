import Foundation
import SignetModel
import SignetReport
import SignetTraining

/// The files of work that takes long: made sure of before it begins, kept from other runs while it
/// goes on, tidied up at its end.
struct LongWork {
  let checkpoint: URL
  private let restarts: Bool
  private let locks: [FileLock]

  /// - Parameter log: a folder for metrics
  init(
    files: FileRoles, output: OutputFile, checkpoints: CheckpointOptions, log: String? = nil
  ) throws {
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
    guard FileManager.default.fileExists(atPath: checkpoint.path) else { return }
    if restarts {
      try CheckpointFile.remove(checkpoint)
    } else {
      Console.note("going on from \(checkpoint.path) (--restart starts anew)")
    }
  }

  /// Removes the checkpoint: the work is done. What is left of it then does no harm.
  func finish() {
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
