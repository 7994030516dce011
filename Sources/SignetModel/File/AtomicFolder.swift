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

/// Folders of files that are there whole or not at all.
package enum AtomicFolder {
  /// Writes a folder beside `url` and renames it. A folder that stood at `url` makes way once the new
  /// one is whole; if anything fails it still stands there, and the new one is gone.
  ///
  /// - Parameter files: paths below the folder, with their contents
  package static func write(
    _ files: [(path: String, contents: Data)], to url: URL
  ) throws(ModelFileError) {
    TemporaryFile.sweep(besides: url)
    let folder = temporary(beside: url)
    do throws(ModelFileError) {
      for file in files {
        let place = folder.appendingPathComponent(file.path)
        try FileFolder.make(place.deletingLastPathComponent())
        try AtomicFile.write([file.contents], to: place)
      }
      try exchange(folder, with: url)
    } catch {
      remove(folder)
      throw error
    }
  }

  private static func temporary(beside url: URL) -> URL {
    url.deletingLastPathComponent().appendingPathComponent(TemporaryFile.name(for: url))
  }

  /// Renaming puts a folder over an empty one only: what is there is moved aside first, and back
  /// where the second step fails.
  private static func exchange(_ folder: URL, with url: URL) throws(ModelFileError) {
    var existing = stat()
    guard lstat(url.path, &existing) == 0 else {
      guard rename(folder.path, url.path) == 0 else { throw .system("write", path: url.path) }
      return
    }
    let aside = temporary(beside: url)
    guard rename(url.path, aside.path) == 0 else { throw .system("write", path: url.path) }
    guard rename(folder.path, url.path) == 0 else {
      let code = errno
      rename(aside.path, url.path)
      throw .system("write", path: url.path, code: code)
    }
    remove(aside)
  }

  private static func remove(_ folder: URL) {
    try? FileManager.default.removeItem(at: folder)
  }
}
