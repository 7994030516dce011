import Foundation

/// Reads whole files, with the operating system's reason when that fails.
enum FileBytes {
  static func exists(_ folder: URL, _ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  /// The file's bytes. Only regular files are read: a pipe could block for ever.
  static func read(_ url: URL, limit: Int) throws(DataError) -> [UInt8] {
    let path = url.path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "expected a file, found something else")
    }
    let size = Int(status.st_size)
    guard size <= limit else { throw .fileTooLarge(path: path, limit: limit, found: size) }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let read = Foundation.read(descriptor, base + count, size - count)
        if read < 0, errno == EINTR { continue }
        failed = read < 0
        guard read > 0 else { break }
        count += read
      }
    }
    guard !failed else { throw unreadable(path) }
    return bytes
  }

  private static func unreadable(_ path: String) -> DataError {
    .unreadable(path: path, reason: String(cString: strerror(errno)))
  }
}
