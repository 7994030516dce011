import Foundation

/// One entry of a folder.
struct FolderEntry {
  let name: String
  let url: URL
  let isFolder: Bool

  private var isImage: Bool { !isFolder && ImageName.isImage(Array(name.utf8)[...]) }

  /// Whether this is a folder of folders: no class, whose images would lie in it.
  var holdsClasses: Bool {
    get throws(DataError) {
      guard isFolder else { return false }
      let entries = try Self.entries(of: url)
      return entries.contains(where: \.isFolder) && !entries.contains(where: \.isImage)
    }
  }

  /// What a folder holds, hidden entries left out, sorted by code point as Python sorts.
  static func entries(of folder: URL) throws(DataError) -> [FolderEntry] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadable(path: folder.path, reason: "expected a folder that can be read")
    }
    return names.filter { !$0.hasPrefix(".") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { name in
        let url = folder.appendingPathComponent(name)
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        return FolderEntry(name: name, url: url, isFolder: exists && isFolder.boolValue)
      }
  }
}
