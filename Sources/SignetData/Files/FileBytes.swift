import Foundation
import SignetModel

/// Reads whole files, with the operating system's reason when that fails.
enum FileBytes {
  static func exists(_ folder: URL, _ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  /// The file's bytes.
  static func read(_ url: URL, limit: Int) throws(DataError) -> [UInt8] {
    let file = try open(url)
    guard file.size <= limit else {
      throw .fileTooLarge(path: url.path, limit: limit, found: file.size)
    }
    // A file that shrinks meanwhile gives what it has left.
    return try part(of: file, path: url.path, at: 0, count: file.size)
  }

  /// Some of a file's bytes.
  ///
  /// - Throws: ``DataError/truncated(file:offset:expected:found:)`` where it ends before them
  static func read(
    _ file: borrowing RegularFile, path: String, at offset: Int, count: Int
  ) throws(DataError) -> [UInt8] {
    let bytes = try part(of: file, path: path, at: offset, count: count)
    guard bytes.count == count else {
      throw .truncated(
        file: path, offset: offset, expected: "\(count) bytes", found: "\(bytes.count)")
    }
    return bytes
  }

  /// Only regular files are opened: a pipe could block for ever.
  static func open(_ url: URL) throws(DataError) -> RegularFile {
    do throws(ModelFileError) {
      return try RegularFile(path: url.path)
    } catch {
      guard case .system(_, let reason) = error.defect else {
        throw .unreadable(path: url.path, reason: "expected a file, found something else")
      }
      throw .unreadable(path: url.path, reason: reason)
    }
  }

  private static func part(
    of file: borrowing RegularFile, path: String, at offset: Int, count wanted: Int
  ) throws(DataError) -> [UInt8] {
    let descriptor = file.descriptor
    var failure: CInt?
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      while count < wanted, let base = buffer.baseAddress {
        let read = pread(descriptor, base + count, wanted - count, off_t(offset + count))
        if read < 0, errno == EINTR { continue }
        failure = read < 0 ? errno : nil
        guard read > 0 else { break }
        count += read
      }
    }
    if let failure { throw .unreadable(path: path, reason: String(cString: strerror(failure))) }
    return bytes
  }
}
