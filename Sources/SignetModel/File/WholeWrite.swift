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

/// The one way bytes go to a descriptor, be it a file, a pipe or a terminal.
package enum WholeWrite {
  /// Writes all of `data`, however many calls that takes, and waits where a pipe is full.
  ///
  /// - Returns: 0, or the `errno` of the call that failed; what was written before it stays
  package static func write(_ data: Data, to descriptor: CInt) -> CInt {
    data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> CInt in
      var done = 0
      while done < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let written = systemWrite(descriptor, rest.baseAddress, rest.count)
        if written >= 0 {
          done += written
          continue
        }
        let code = errno
        switch code {
        case EINTR: continue
        case EAGAIN: waitUntilWritable(descriptor)
        default: return code
        }
      }
      return 0
    }
  }

  /// A parent may hand down a pipe that does not block.
  private static func waitUntilWritable(_ descriptor: CInt) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = poll(&request, 1, -1)
  }
}

// The C library's function, which the one above hides.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
