import Foundation

/// The files of a set, of which there may be millions: each is made when asked for.
public struct FileList: RandomAccessCollection, Sendable, Hashable {
  /// Where relative paths begin.
  private let folder: String
  private var paths: PathTable

  /// - Parameter paths: absolute, or relative to `folder`
  init(folder: URL, paths: PathTable) {
    self.folder = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
    self.paths = paths
  }

  /// A list of some files.
  public init(_ files: [URL] = []) {
    self.init(folder: URL(fileURLWithPath: "/"), paths: PathTable(files.lazy.map(\.path)))
  }

  /// 0
  public var startIndex: Int { 0 }
  /// The number of files.
  public var endIndex: Int { paths.count }

  /// One file.
  public subscript(index: Int) -> URL {
    URL(fileURLWithPath: path(index), isDirectory: false)
  }

  func path(_ index: Int) -> String {
    let path = paths[index]
    return path.hasPrefix("/") ? path : folder + path
  }

  func appending(_ file: URL) -> FileList {
    var copy = self
    copy.paths.append(file.path.utf8)
    return copy
  }
}
