import Foundation
import SignetModel

/// Reads whole files, with the operating system's reason when that fails.
enum FileBytes {
  static func exists(_ folder: URL, _ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  /// The file's bytes. Only regular files are read: a pipe could block for ever.
  static func read(_ url: URL, limit: Int) throws(DataError) -> [UInt8] {
    let path = url.path
    let file: RegularFile
    do throws(ModelFileError) {
      file = try RegularFile(path: path)
    } catch {
      guard case .system(_, let reason) = error.defect else {
        throw .unreadable(path: path, reason: "expected a file, found something else")
      }
      throw .unreadable(path: path, reason: reason)
    }
    let size = file.size
    guard size <= limit else { throw .fileTooLarge(path: path, limit: limit, found: size) }
    let descriptor = file.descriptor
    var failure: CInt?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let read = Foundation.read(descriptor, base + count, size - count)
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
