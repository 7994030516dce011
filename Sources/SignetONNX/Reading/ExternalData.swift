import Foundation
import SignetModel

/// The files beside a model in which tensors too large for protobuf lie. Only files inside the
/// model's own folder, or inside the model hub's cache it lies in, are read: a model from a stranger
/// must not reach for `/etc/passwd`.
final class ExternalData {
  /// Links followed, with a separator at the end: the folder the model lies in, and what a hub's
  /// cache keeps for it.
  private let roots: [String]
  private let folder: URL
  /// By location as the file says it.
  private var opened: [String: File] = [:]
  /// By path with all links followed: two locations may be one file.
  private var mapped: [String: File] = [:]

  private final class File {
    let data: Data
    /// Bytes of it that tensors have taken, counted up to all there are.
    var taken = 0

    init(_ data: Data) { self.data = data }
  }

  init(model: URL) {
    folder = model.deletingLastPathComponent().resolvingSymlinksInPath().standardizedFileURL
    roots = ([folder] + HubCache.folders(around: folder)).map { $0.path + "/" }
  }

  /// What was read of so far, links followed.
  var files: [URL] { mapped.keys.sorted().map { URL(fileURLWithPath: $0) } }

  /// - Returns: exactly `count` bytes of `tensor`, and how many of its file's bytes no tensor had
  ///   taken before.
  func bytes(
    of tensor: ProtoTensor, count: Int
  ) throws(NodeFailure) -> (bytes: Data, new: Int) {
    let entries = Dictionary(
      tensor.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    guard let location = entries["location"], !location.isEmpty else {
      throw NodeFailure("external data", expected: "the name of a file", found: "none")
    }
    let offset = try number(entries["offset"], location) ?? 0
    if let length = try number(entries["length"], location), length != count {
      throw failure(location, expected: "\(count) bytes", found: "a length of \(length)")
    }
    let file = try open(location)
    let data = file.data
    guard offset <= data.count, count <= data.count - offset else {
      throw failure(
        location, expected: "\(count) bytes from byte \(offset) on", found: "\(data.count) in all")
    }
    let new = min(count, data.count - file.taken)
    file.taken += new
    let start = data.startIndex + offset
    return (data[start..<start + count], new)
  }

  private func open(_ location: String) throws(NodeFailure) -> File {
    if let file = opened[location] { return file }
    let components = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !location.contains("\\"), !location.contains("\0"),
      components.allSatisfy({ !$0.isEmpty && $0 != ".." })
    else {
      throw failure(
        location, expected: "a relative path inside the model's folder", found: "another")
    }
    let url = folder.appendingPathComponent(location).resolvingSymlinksInPath().standardizedFileURL
    guard roots.contains(where: { url.path.hasPrefix($0) }) else {
      throw failure(
        location, expected: "a file inside the model's folder or the hub's cache it lies in",
        found: "a link that leads out of it")
    }
    let file: File
    if let known = mapped[url.path] {
      file = known
    } else {
      do throws(ModelFileError) {
        file = File(try MappedFile.data(at: url))
      } catch {
        throw failure(location, expected: "a file that can be read", found: "\(error.defect)")
      }
    }
    mapped[url.path] = file
    opened[location] = file
    return file
  }

  private func number(_ text: String?, _ location: String) throws(NodeFailure) -> Int? {
    guard let text else { return nil }
    guard let value = Int(text), value >= 0 else {
      throw failure(location, expected: "a place in it", found: "'\(text.printable)'")
    }
    return value
  }

  private func failure(_ location: String, expected: String, found: String) -> NodeFailure {
    NodeFailure("data file '\(location.printable)'", expected: expected, found: found)
  }
}

/// The layout of a model hub's download cache: `snapshots/REVISION/…` holds links into `blobs`,
/// where the contents lie under their checksums.
enum HubCache {
  /// The cache's folders of contents, if `folder` lies in one of its snapshots.
  static func folders(around folder: URL) -> [URL] {
    var inner = folder
    while inner.path != "/", !inner.path.isEmpty {
      let outer = inner.deletingLastPathComponent()
      if outer.lastPathComponent == "snapshots" {
        let cache = outer.deletingLastPathComponent()
        let blobs = cache.appendingPathComponent("blobs").standardizedFileURL
        var isFolder: ObjCBool = false
        // A link to somewhere else is no folder of the cache.
        if FileManager.default.fileExists(atPath: blobs.path, isDirectory: &isFolder),
          isFolder.boolValue, blobs.resolvingSymlinksInPath().path == blobs.path
        {
          return [blobs, outer]
        }
      }
      inner = outer
    }
    return []
  }
}
