import Foundation
import SignetModel

/// A file on the disk that may be a checkpoint, seen from outside.
public enum CheckpointFile {
  /// The first metadata key comes first in the header, behind the header's length.
  private static let beginning = Data("{\"__metadata__\":{\"\(Checkpoint.headKey)\":".utf8)

  /// Whether the file begins as Signet's checkpoints do; what follows may be damaged. An empty file
  /// counts as one: there is nothing to lose.
  public static func isCheckpoint(_ file: URL) -> Bool {
    guard let data = try? MappedFile.data(at: file) else { return false }
    return data.isEmpty || data.dropFirst(8).starts(with: beginning)
  }

  /// How many steps the run that left a checkpoint of training was to take; `nil` where the file is no
  /// such checkpoint.
  public static func plannedSteps(of file: URL) -> Int? {
    guard isCheckpoint(file), let checkpoint = try? Checkpoint(contentsOf: file),
      checkpoint.kind == .training
    else { return nil }
    return checkpoint.values[Checkpoint.totalStepsKey].flatMap(Int.init)
  }

  /// Removes a checkpoint; does nothing where there is no file.
  ///
  /// - Throws: ``TrainingError/foreignCheckpoint(file:)`` rather than touch anything else.
  public static func remove(_ file: URL) throws(TrainingError) {
    var status = stat()
    guard lstat(file.path, &status) == 0 else { return }
    guard isCheckpoint(file) else { throw .foreignCheckpoint(file: file) }
    let target = try TrainingError.wrapping { try AtomicFile.checkTarget(file) }
    guard unlink(target.path) == 0 else {
      throw .modelFile(.system("remove", path: file.path))
    }
  }
}
