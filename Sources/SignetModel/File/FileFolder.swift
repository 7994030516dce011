#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Folders that files are written to.
package enum FileFolder {
  /// Makes the folder, and those it lies in, where they are missing.
  package static func make(_ url: URL) throws(ModelFileError) {
    let path = url.path
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw .system("make a folder", path: path, code: ENOTDIR)
      }
      return
    }
    let parent = url.deletingLastPathComponent()
    if errno == ENOENT, parent.path != path { try make(parent) }
    // Another run may have made it meanwhile.
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw .system("make a folder", path: path)
    }
  }
}
