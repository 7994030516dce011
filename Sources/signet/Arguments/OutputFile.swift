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

  /// What a file is, by its name.
  enum Format {
    case model
    case onnx
    /// A folder.
    case coreML
  }

  var url: URL { URL(fileURLWithPath: path) }

  var format: Format {
    let name = url.lastPathComponent.lowercased()
    if name.hasSuffix(".onnx") { return .onnx }
    return name.hasSuffix(".mlpackage") ? .coreML : .model
  }

  /// For commands whose result is a model file.
  func checkIsModelFile() throws {
    let (foreign, product): (String, String)
    switch format {
    case .model: return
    case .onnx: (foreign, product) = ("an ONNX file", "ONNX")
    case .coreML: (foreign, product) = ("a Core ML package", "a package")
    }
    throw ValidationError(
      "-o: what is written is a model file, and '\(path)' is named as \(foreign); write a model "
        + "file, then make \(product) of it with signet export")
  }

  /// Bytes that file systems allow a name.
  private static let longestName = 255

  /// - Throws: ``CommandError/output(file:reason:)``
  func check() throws(CommandError) {
    guard format != .coreML else { return try checkPackage() }
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    if path.hasSuffix("/") { throw .output(file: path, reason: .isFolder) }
    if manager.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw .output(file: path, reason: .isFolder)
    }
    guard let target = try? AtomicFile.checkTarget(url) else {
      throw .output(file: path, reason: .notRegularFile)
    }
    try checkPlace(of: target)
  }

  /// A folder that stands there is replaced, if it is what would be written.
  private func checkPackage() throws(CommandError) {
    let manager = FileManager.default
    if manager.fileExists(atPath: url.path) {
      let manifest = url.appendingPathComponent("Manifest.json").path
      guard manager.fileExists(atPath: manifest) else {
        throw .output(file: path, reason: .notPackage)
      }
    }
    try checkPlace(of: url)
  }

  private func checkPlace(of target: URL) throws(CommandError) {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
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
