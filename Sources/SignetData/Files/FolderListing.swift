import Foundation

/// What a folder holds, hidden entries left out, sorted by code point as Python sorts. Made for folders
/// of a million files: the system says with each name whether it is a folder.
struct FolderListing {
  private struct Entry {
    let name: Range<Int>
    let isFolder: Bool
  }

  private let bytes: [UInt8]
  private let entries: [Entry]

  init(path: String) throws(DataError) {
    guard let stream = opendir(path) else {
      throw .unreadable(path: path, reason: "expected a folder that can be read")
    }
    defer { closedir(stream) }
    var bytes: [UInt8] = []
    var entries: [Entry] = []
    errno = 0
    while let entry = readdir(stream) {
      let start = bytes.count
      // The system hands out no more than the name's own bytes of that field.
      let name = UnsafeRawPointer(entry) + Self.nameOffset
      bytes += UnsafeRawBufferPointer(
        start: name, count: strlen(name.assumingMemoryBound(to: CChar.self)))
      guard bytes.count > start, bytes[start] != UInt8(ascii: ".") else {
        bytes.removeSubrange(start...)
        continue
      }
      let isFolder = Self.isFolder(Int32(entry.pointee.d_type)) {
        path + "/" + String(decoding: bytes[start...], as: UTF8.self)
      }
      entries.append(Entry(name: start..<bytes.count, isFolder: isFolder))
      errno = 0
    }
    guard errno == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    bytes.withUnsafeBytes { bytes in
      entries.sort { Self.precedes(bytes[$0.name], bytes[$1.name]) }
    }
    self.bytes = bytes
    self.entries = entries
  }

  var folders: [ArraySlice<UInt8>] { entries.lazy.filter(\.isFolder).map { bytes[$0.name] } }

  var images: some Sequence<ArraySlice<UInt8>> {
    entries.lazy.filter { !$0.isFolder }.map { bytes[$0.name] }.filter { ImageName.isImage($0) }
  }

  private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0

  /// Links are followed; one that leads nowhere is no folder.
  private static func isFolder(_ type: Int32, path: () -> String) -> Bool {
    if type == Int32(DT_DIR) { return true }
    guard type == Int32(DT_LNK) || type == Int32(DT_UNKNOWN) else { return false }
    var status = stat()
    return stat(path(), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func precedes(
    _ left: Slice<UnsafeRawBufferPointer>, _ right: Slice<UnsafeRawBufferPointer>
  ) -> Bool {
    let (left, right) = (
      UnsafeRawBufferPointer(rebasing: left), UnsafeRawBufferPointer(rebasing: right)
    )
    guard let first = left.baseAddress, let second = right.baseAddress else {
      return left.count < right.count
    }
    let order = memcmp(first, second, min(left.count, right.count))
    return order == 0 ? left.count < right.count : order < 0
  }
}
