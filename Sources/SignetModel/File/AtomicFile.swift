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

/// Files that are there whole or not at all.
package enum AtomicFile {
  /// Writes a temporary file beside `url`, flushes it to the disk and renames it. If anything
  /// fails, what stood at `url` before still stands there and the temporary file is gone.
  package static func write(_ parts: [Data], to url: URL) throws(ModelFileError) {
    let path = url.path
    let (target, existing) = try target(of: url)
    TemporaryFile.sweep(besides: target)
    let temporary = target.deletingLastPathComponent()
      .appendingPathComponent(TemporaryFile.name(for: target)).path
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("write", path: path) }
    // Tells other runs that this file is being written; goes with the descriptor.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    do throws(ModelFileError) {
      do throws(ModelFileError) {
        if let existing { fchmod(descriptor, existing.st_mode & 0o7777) }
        for part in parts {
          try append(part, to: descriptor, path: path)
        }
        guard fsync(descriptor) == 0 else { throw .system("write", path: path) }
      } catch {
        close(descriptor)
        throw error
      }
      guard close(descriptor) == 0 else { throw .system("write", path: path) }
      guard rename(temporary, target.path) == 0 else { throw .system("write", path: path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Finds, before there is anything to write, what would keep ``write(_:to:)`` from replacing what
  /// stands at `url`: a folder, a device, a pipe.
  ///
  /// - Returns: the file that would be written: `url`, or what a link there leads to
  @discardableResult
  package static func checkTarget(_ url: URL) throws(ModelFileError) -> URL {
    try target(of: url).url
  }

  /// The file that would be replaced, and its status if it exists. A link stays a link: the file it
  /// points to is replaced, or made where it is missing.
  private static func target(of url: URL) throws(ModelFileError) -> (url: URL, existing: stat?) {
    var target = url.resolvingSymlinksInPath()
    // Links whose target is missing are not resolved; each may lead to the next.
    for _ in 0..<linkLimit {
      guard
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: target.path)
      else { break }
      let folder = target.deletingLastPathComponent()
      target = URL(fileURLWithPath: link, relativeTo: folder).resolvingSymlinksInPath()
    }
    var existing = stat()
    guard stat(target.path, &existing) == 0 else { return (target, nil) }
    // Renaming over a device would destroy it.
    guard existing.st_mode & S_IFMT == S_IFREG else {
      throw ModelFileError(path: url.path, defect: .notRegularFile)
    }
    return (target, existing)
  }

  /// As many links as the operating system follows.
  private static let linkLimit = 40

  /// Writes all of `part`, however many calls that takes.
  static func append(
    _ part: Data, to descriptor: CInt, path: String
  ) throws(ModelFileError) {
    let code = WholeWrite.write(part, to: descriptor)
    guard code == 0 else { throw .system("write", path: path, code: code) }
  }
}
