import Foundation

/// The file of one sample of a set.
public struct SampleFile: Sendable, Hashable {
  /// Where it is.
  public let url: URL
  /// Its path below the set's folder, such as `kitchen/1.jpg`.
  public let path: String

  /// A file and what it is called in its set.
  public init(url: URL, path: String) {
    self.url = url
    self.path = path
  }

  /// A file elsewhere is called by its name alone.
  init(_ url: URL, below folder: URL) {
    let prefix = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
    let path = url.path.hasPrefix(prefix) ? String(url.path.dropFirst(prefix.count)) : ""
    let isElsewhere = path.isEmpty || path.split(separator: "/").contains("..")
    self.init(url: url, path: isElsewhere ? url.lastPathComponent : path)
  }
}
