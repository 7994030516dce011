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
    var tree = ImageTree(root: folder)
    try tree.add(below: [], rootIsMet: false)
    guard tree.paths.count > 0 else { throw .empty(path: folder.path, expected: "images") }
    return (0..<tree.paths.count).map { tree.paths[$0] }
  }
}
