import Foundation
import SignetModel
import SignetReport
import SignetTraining

extension Demo {
  /// Named as its file.
  enum Stage: String, CaseIterable {
    case float, bwn, bwnh, tuned
  }

  /// What a stage left.
  struct Product {
    let file: OutputFile
    let model: Model
  }

  /// Does a stage unless its file is there, and reads the file back: what follows uses what was
  /// saved.
  func stage(
    _ stage: Stage, _ title: String,
    _ work: (_ output: OutputFile, _ checkpoint: URL) throws -> Void
  ) throws -> Product {
    let file = OutputFile(
      path: folder.appendingPathComponent("\(stage.rawValue).signet").relativePath)
    if FileManager.default.fileExists(atPath: file.path) {
      Console.note("\(title): done before, \(file.path)")
    } else {
      let checkpoint = folder.appendingPathComponent("\(stage.rawValue).signet.checkpoint")
      let goesOn = FileManager.default.fileExists(atPath: checkpoint.path)
      Console.note("\(title) → \(file.path)" + (goesOn ? ", going on where it stopped" : ""))
      try work(file, checkpoint)
      try CheckpointFile.remove(checkpoint)
    }
    return Product(file: file, model: try Model(contentsOf: file.url))
  }
}
