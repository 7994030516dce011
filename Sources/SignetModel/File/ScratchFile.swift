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

/// A file without a name, for what memory does not hold: its room is given back when the process
/// ends, however it does.
///
/// Threads may read and write different places at once.
package final class ScratchFile: Sendable {
  private let descriptor: CInt
  /// Where it had its name, for errors.
  private let path: String

  /// - Throws: the system's reason, with the folder's path
  package init(in folder: URL) throws(ModelFileError) {
    var name = Array(folder.appendingPathComponent(".signet-scratch.XXXXXX").path.utf8CString)
    path = folder.path
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw .system("make a file in", path: path) }
    unlink(name)
  }

  deinit { close(descriptor) }

  /// - Parameter offset: in bytes; the file grows as far as it must
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ModelFileError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("keep activations in", path: path)
      }
      done += count
    }
  }

  /// Fills `bytes`, which must have been written.
  package func read(
    into bytes: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(ModelFileError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("read activations back from", path: path)
      }
      guard count > 0 else {
        throw ModelFileError(
          path: path, defect: .truncated(expected: offset + bytes.count, found: offset + done))
      }
      done += count
    }
  }

  /// Bytes that files in `folder` may still take; `nil` where the system does not tell.
  package static func freeBytes(in folder: URL) -> Int? {
    var status = statvfs()
    guard statvfs(folder.path, &status) == 0 else { return nil }
    let (bytes, overflows) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    return overflows ? .max : bytes
  }
}
