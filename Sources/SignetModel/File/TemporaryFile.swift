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

/// Files and folders that are written beside their place and then renamed: `.NAME.PROCESS.RANDOM.tmp`.
///
/// A file's writer holds a lock on it, so that what a killed process left can be told from what a
/// living one is at.
enum TemporaryFile {
  private static let ending = ".tmp"
  /// Room for the process, the random digits and the ending.
  private static let longestSuffix = ".0000000000.0000000000000000.tmp"
  /// A number may have gone to another process since; no file takes that many seconds to write.
  private static let longestLife = 3600

  static func name(for target: URL) -> String {
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    return stem(of: target) + ".\(getpid()).\(random)" + ending
  }

  /// Removes what processes that are gone left beside `target`.
  static func sweep(besides target: URL) {
    let folder = target.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let start = stem(of: target) + "."
    for name in names where name.hasPrefix(start) && name.hasSuffix(ending) {
      let parts = name.dropFirst(start.count).split(
        separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 3, let process = pid_t(parts[0]), process > 0,
        UInt64(parts[1], radix: 16) != nil
      else { continue }
      let path = folder.appendingPathComponent(name).path
      if isAbandoned(path, by: process) { unlink(path) }
      if isAbandonedFolder(path, by: process) { try? FileManager.default.removeItem(atPath: path) }
    }
  }

  private static func stem(of target: URL) -> String {
    String(SidecarName.make(for: target, suffix: longestSuffix).dropLast(longestSuffix.count))
  }

  private static func isAbandoned(_ path: String, by process: pid_t) -> Bool {
    guard let file = try? RegularFile(path: path, flags: O_NOFOLLOW) else { return false }
    if flock(file.descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return false }
    return isGone(process) || file.status.secondsSinceChange > longestLife
  }

  /// Nothing is locked in a folder: its writer is known by its number alone.
  private static func isAbandonedFolder(_ path: String, by process: pid_t) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
    return isGone(process) || status.secondsSinceChange > longestLife
  }

  private static func isGone(_ process: pid_t) -> Bool {
    kill(process, 0) != 0 && errno == ESRCH
  }
}

extension stat {
  fileprivate var secondsSinceChange: Int {
    #if canImport(Darwin)
      time(nil) - st_mtimespec.tv_sec
    #else
      time(nil) - st_mtim.tv_sec
    #endif
  }
}
