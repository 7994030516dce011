#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Names of hidden files that stand beside another for a while.
enum SidecarName {
  /// Bytes that file systems allow a name.
  static let limit = 255

  /// `.NAME` followed by `suffix`, cut where the whole would be too long for a name; what tells such
  /// names apart then is a checksum.
  static func make(for target: URL, suffix: String) -> String {
    let name = target.lastPathComponent
    let whole = "." + name + suffix
    guard whole.utf8.count > limit else { return whole }
    var checksum = CRC32()
    checksum.update(Data(name.utf8))
    let tail = "~" + checksum.hexadecimal + suffix
    var stem = "." + name
    while stem.utf8.count + tail.utf8.count > limit { stem.removeLast() }
    return stem + tail
  }
}
