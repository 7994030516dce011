import Foundation
import SignetModel

extension MetricsLog {
  /// Reads what a run wrote.
  ///
  /// - Parameter path: of the JSON lines, or of the folder that they are in
  /// - Throws: ``ModelFileError`` that names the file and the line.
  public static func read(_ path: String) throws(ModelFileError) -> [TrainingMetrics] {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let file = exists && isFolder.boolValue ? lines(in: path) : URL(fileURLWithPath: path)
    let rows = try MappedFile.data(at: file).split(separator: UInt8(ascii: "\n"))
    var metrics: [TrainingMetrics] = []
    for (index, row) in rows.enumerated() {
      if let line = try? JSONDecoder().decode(TrainingMetrics.self, from: row) {
        metrics.append(line)
        continue
      }
      // The last line may have been cut short when its run was killed.
      guard index == rows.count - 1, index > 0 else {
        throw ModelFileError(
          path: file.path,
          defect: .json(
            part: "line \(index + 1)", offset: nil,
            reason: "expected metrics as --log of train and finetune writes them"))
      }
    }
    return metrics
  }
}
