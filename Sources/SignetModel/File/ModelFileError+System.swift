#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ModelFileError {
  /// A system call's failure.
  ///
  /// - Parameters:
  ///   - operation: what could not be done, as in "cannot open"
  ///   - code: the call's `errno`; the last one unless given
  package static func system(
    _ operation: String, path: String, code: CInt = errno
  ) -> ModelFileError {
    ModelFileError(
      path: path, defect: .system(operation: operation, reason: String(cString: strerror(code))))
  }
}
