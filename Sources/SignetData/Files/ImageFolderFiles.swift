import Foundation
import SignetModel

/// The images of a folder and of the folders in it.
public enum ImageFolderFiles {
  /// Paths relative to `folder`; `nil` where it is no folder.
  ///
  /// - Throws: ``DataError/empty(path:expected:)`` for a folder without images
  public static func below(_ folder: URL) throws(DataError) -> [String]? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return nil }
    let files = try images(below: folder)
    guard !files.isEmpty else { throw .empty(path: folder.path, expected: "images") }
    let prefix = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
    return files.map { String($0.path.dropFirst(prefix.count)) }
  }

  /// The image files of a folder, then those of its folders, both sorted. A folder that was met
  /// before is passed over: links may lead in circles.
  ///
  /// - Parameter root: a folder that counts as met
  static func images(
    below top: URL, apartFrom root: URL? = nil
  ) throws(DataError) -> [URL] {
    var visited: Set<FileIdentity> = []
    if let root, let identity = FileIdentity(of: root) { visited.insert(identity) }
    var images: [URL] = []
    var pending = [top]
    while let folder = pending.popLast() {
      if let identity = FileIdentity(of: folder) {
        guard visited.insert(identity).inserted else { continue }
      }
      let entries = try FolderEntry.entries(of: folder)
      images += entries.filter(\.isImage).map(\.url)
      pending += entries.filter(\.isFolder).map(\.url).reversed()
    }
    return images
  }
}
