#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A regular file that is open for reading.
package struct RegularFile: ~Copyable {
  package let descriptor: CInt
  /// What the file's entry says of it.
  package let status: stat

  /// - Parameter flags: further ones for `open`
  /// - Throws: ``ModelFileError`` with the system's reason, or that something else stands there.
  package init(path: String, flags: CInt = 0) throws(ModelFileError) {
    // Opening a pipe would wait for its other end.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
    guard descriptor >= 0 else { throw .system("open", path: path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .system("examine", path: path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ModelFileError(path: path, defect: .notRegularFile)
    }
    self.descriptor = descriptor
    self.status = status
  }

  deinit { close(descriptor) }

  package var size: Int { Int(status.st_size) }
}
