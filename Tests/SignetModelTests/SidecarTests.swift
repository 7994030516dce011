import Foundation
import Testing

@testable import SignetModel

/// Files that stand beside another while it is being written.
@Suite struct SidecarTests {
  private let folder: TemporaryFolder
  private let target: URL

  init() throws {
    folder = try TemporaryFolder()
    target = folder.file("m.signet")
  }

  /// The number of a process that has ended.
  private func endedProcess() throws -> pid_t {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", ":"]
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  private func leave(_ name: String) throws {
    try Data("half".utf8).write(to: folder.file(name))
  }

  @Test func theNextWriteRemovesWhatKilledRunsLeft() throws {
    let gone = try endedProcess()
    try leave(".m.signet.\(gone).1f.tmp")
    try leave(".m.signet.\(gone).ffffffffffffffff.tmp")
    let others = [
      // A living process; another file's; nobody's that we know.
      ".m.signet.\(getpid()).1f.tmp", ".m.signet.checkpoint.\(gone).1f.tmp",
      ".other.\(gone).1f.tmp", ".m.signet.\(gone).tmp", ".m.signet.x.1f.tmp",
      "m.signet.\(gone).1f.tmp",
    ]
    for name in others { try leave(name) }
    try AtomicFile.write([Data("new".utf8)], to: target)
    #expect(folder.names == (others + ["m.signet"]).sorted())
  }

  @Test func aFileThatIsBeingWrittenStays() throws {
    let name = ".m.signet.\(try endedProcess()).1f.tmp"
    try leave(name)
    let descriptor = open(folder.file(name).path, O_RDONLY)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    try AtomicFile.write([Data("new".utf8)], to: target)
    #expect(folder.names == [name, "m.signet"])
  }

  @Test func oldFilesGoWhoeverHasTheirNumberNow() throws {
    let name = ".m.signet.\(getpid()).1f.tmp"
    try leave(name)
    let hours = Date(timeIntervalSinceNow: -7200)
    try FileManager.default.setAttributes(
      [.modificationDate: hours], ofItemAtPath: folder.file(name).path)
    try AtomicFile.write([Data("new".utf8)], to: target)
    #expect(folder.names == ["m.signet"])
  }

  @Test func aLockKeepsOthersOutAndNamesItsProcess() throws {
    let lock = try FileLock(target)
    try FileManager.default.createSymbolicLink(
      at: folder.file("link"), withDestinationURL: target)
    for url in [
      target, folder.file("link"), folder.file("../\(folder.url.lastPathComponent)/m.signet"),
    ] {
      do {
        _ = try FileLock(url)
        Issue.record("\(url) is locked twice")
      } catch {
        #expect(error.defect == .locked(process: Int(getpid())))
        #expect("\(error)".contains("process \(getpid()) is at work on it"))
      }
    }
    let other = try FileLock(folder.file("other"))
    other.release()
    lock.release()
    #expect(folder.names == ["link"])
    try FileLock(target).release()
  }

  /// A killed process leaves the file of the lock, but not the lock.
  @Test func aLockGoesWithItsProcess() throws {
    try leave(".m.signet.lock")
    let lock = try FileLock(target)
    #expect(
      try String(contentsOf: folder.file(".m.signet.lock"), encoding: .utf8) == "\(getpid())\n")
    lock.release()
    #expect(folder.names.isEmpty)
  }

  @Test func longNamesThatBeginAlikeHaveLocksOfTheirOwn() throws {
    let names = ["a", "b"].map { String(repeating: "x", count: 254) + $0 }
    let locks = try names.map { try FileLock(folder.file($0)) }
    #expect(folder.names.count == 2)
    #expect(folder.names.allSatisfy { $0.utf8.count <= 255 })
    for lock in locks { lock.release() }
  }
}
