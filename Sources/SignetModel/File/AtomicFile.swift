import Foundation

/// Files that are there whole or not at all.
package enum AtomicFile {
  /// Writes a temporary file beside `url`, flushes it to the disk and renames it. If anything
  /// fails, what stood at `url` before still stands there and the temporary file is gone.
  package static func write(_ parts: [Data], to url: URL) throws(ModelFileError) {
    // A link stays a link: the file it points to is replaced.
    let target = url.resolvingSymlinksInPath()
    let path = url.path
    var existing = stat()
    let exists = stat(target.path, &existing) == 0
    // Renaming over a device would destroy it.
    guard !exists || existing.st_mode & S_IFMT == S_IFREG else {
      throw ModelFileError(path: path, defect: .notRegularFile)
    }
    let temporary = target.deletingLastPathComponent().appendingPathComponent(
      ".\(target.lastPathComponent).\(UUID().uuidString).tmp"
    ).path
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("write", path: path) }
    do throws(ModelFileError) {
      do throws(ModelFileError) {
        if exists { fchmod(descriptor, existing.st_mode & 0o7777) }
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

  /// Writes all of `part`, however many calls that takes.
  static func append(
    _ part: Data, to descriptor: CInt, path: String
  ) throws(ModelFileError) {
    let isComplete = part.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> Bool in
      var done = 0
      while done < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
        if written >= 0 {
          done += written
        } else if errno != EINTR {
          return false
        }
      }
      return true
    }
    guard isComplete else { throw .system("write", path: path) }
  }
}
