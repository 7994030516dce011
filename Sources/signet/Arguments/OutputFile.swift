import ArgumentParser
import Foundation
import SignetModel

/// A file that will be written. Checked before work starts, so that hours of it are not lost to a
/// mistyped folder.
struct OutputFile: ExpressibleByArgument, Hashable {
  let path: String

  init(path: String) {
    self.path = path
  }

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    path = argument
  }

  var url: URL { URL(fileURLWithPath: path) }

  var isONNX: Bool { path.lowercased().hasSuffix(".onnx") }

  /// For commands whose result is a model file.
  func checkIsModelFile() throws {
    guard isONNX else { return }
    throw ValidationError(
      "-o: what is written is a model file, and '\(path)' is named as an ONNX file; write a model "
        + "file, then make ONNX of it with signet export")
  }

  /// Bytes that file systems allow a name.
  private static let longestName = 255

  /// - Throws: ``CommandError/output(file:reason:)``
  func check() throws(CommandError) {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    if path.hasSuffix("/") { throw .output(file: path, reason: .isFolder) }
    if manager.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw .output(file: path, reason: .isFolder)
    }
    guard let target = try? AtomicFile.checkTarget(url) else {
      throw .output(file: path, reason: .notRegularFile)
    }
    let length = target.lastPathComponent.utf8.count
    guard length <= Self.longestName else {
      throw .output(file: path, reason: .longName(length, limit: Self.longestName))
    }
    let folder = target.deletingLastPathComponent().path
    guard manager.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw .output(file: path, reason: .noFolder(folder))
    }
    guard manager.isWritableFile(atPath: folder) else {
      throw .output(file: path, reason: .folderNotWritable(folder))
    }
  }
}
