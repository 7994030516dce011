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

/// Keeps two runs from writing one file: held from before the work to its end, and gone with the
/// process, however that ends.
///
/// The lock is on a file of its own beside the other, `.NAME.lock`, since a rename would carry a
/// lock on the file itself away. A killed process leaves that file, unlocked, to the next run.
package final class FileLock {
  private let path: String
  /// `nil` where the file system has no locks, and once released.
  private var descriptor: CInt?

  /// - Parameter isFolder: whether what is written is a folder
  /// - Throws: ``ModelFileError`` with ``ModelFileError/Defect/locked(process:)`` where another run
  ///   holds it.
  package init(_ url: URL, isFolder: Bool = false) throws(ModelFileError) {
    let target = isFolder ? url : try AtomicFile.checkTarget(url)
    path =
      target.deletingLastPathComponent()
      .appendingPathComponent(SidecarName.make(for: target, suffix: ".lock")).path
    while true {
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
      guard opened >= 0 else { throw .system("lock", path: url.path) }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        let isHeld = errno == EWOULDBLOCK
        let holder = isHeld ? Self.holder(opened) : nil
        close(opened)
        if isHeld { throw ModelFileError(path: url.path, defect: .locked(process: holder)) }
        return
      }
      // Whoever held it before may have removed the file since it was opened here.
      var status = stat()
      if fstat(opened, &status) == 0,
        FileIdentity(status) == FileIdentity(of: URL(fileURLWithPath: path))
      {
        ftruncate(opened, 0)
        _ = WholeWrite.write(Data("\(getpid())\n".utf8), to: opened)
        descriptor = opened
        return
      }
      close(opened)
    }
  }

  package func release() {
    guard let descriptor else { return }
    self.descriptor = nil
    unlink(path)
    close(descriptor)
  }

  deinit { release() }

  /// The process that wrote its number into the file; it does so right after locking it.
  private static func holder(_ descriptor: CInt) -> Int? {
    for _ in 0..<20 {
      var bytes = [UInt8](repeating: 0, count: 32)
      let count = pread(descriptor, &bytes, bytes.count, 0)
      let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      if text.hasSuffix("\n"), let process = Int(text.dropLast()) { return process }
      usleep(10_000)
    }
    return nil
  }
}
