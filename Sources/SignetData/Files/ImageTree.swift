import Foundation
import SignetModel

/// The images below a folder, and the folders that were read to find them.
struct ImageTree {
  private let root: String
  /// Of the images, relative to the root.
  private(set) var paths = PathTable()
  /// Relative to the root, which is the empty path.
  private(set) var folders = PathTable()
  /// One for each of `folders`.
  private(set) var stamps: [FileStamp] = []

  init(root: URL) {
    self.root = root.path
  }

  /// Reads one folder.
  ///
  /// - Parameter folder: relative to the root, UTF-8
  mutating func list(_ folder: [UInt8]) throws(DataError) -> FolderListing {
    let path = path(of: folder)
    // Before the names: what comes while they are read must show later.
    guard let stamp = FileStamp(path: path) else {
      throw .unreadable(path: path, reason: "expected a folder that can be read")
    }
    let listing = try FolderListing(path: path)
    folders.append(folder)
    stamps.append(stamp)
    return listing
  }

  mutating func add(imagesOf listing: FolderListing, in folder: [UInt8]) {
    for name in listing.images { paths.append(folder: folder, name: name) }
  }

  /// Adds the images of a folder, then those of its folders, both sorted. A folder that was met
  /// before is passed over: links may lead in circles.
  ///
  /// - Parameter isMet: whether the root counts as met
  mutating func add(below top: [UInt8], rootIsMet isMet: Bool) throws(DataError) {
    var visited: Set<FileIdentity> = []
    if isMet, let identity = identity(of: []) { visited.insert(identity) }
    var pending = [top]
    while let folder = pending.popLast() {
      if let identity = identity(of: folder) {
        guard visited.insert(identity).inserted else { continue }
      }
      let listing = try list(folder)
      add(imagesOf: listing, in: folder)
      let prefix = folder.isEmpty ? folder : folder + [UInt8(ascii: "/")]
      pending += listing.folders.reversed().map { prefix + $0 }
    }
  }

  private func identity(of folder: [UInt8]) -> FileIdentity? {
    FileIdentity(of: URL(fileURLWithPath: path(of: folder), isDirectory: true))
  }

  private func path(of folder: [UInt8]) -> String {
    folder.isEmpty ? root : root + "/" + String(decoding: folder, as: UTF8.self)
  }
}
