import Foundation
import SignetModel

/// Walks through the members of a tar archive, reading headers and no contents.
struct TarArchive: ~Copyable {
  struct Member {
    let name: [UInt8]
    let kind: TarHeader.Kind
    /// Where its header stands, in bytes from the archive's start.
    let header: Int
    /// Where its bytes begin, and how many there are.
    let offset: Int
    let size: Int
  }

  /// Bytes of a name, or of a member's records.
  private static let textLimit = 64 << 10
  /// Bytes that are read at once: members of a few bytes come with the headers around them.
  private static let windowLength = 4096

  let path: String
  let stamp: FileStamp
  private let file: RegularFile
  private let length: Int
  private var position = 0
  private var window: [UInt8] = []
  private var windowStart = 0

  init(_ url: URL) throws(DataError) {
    path = url.path
    file = try FileBytes.open(url)
    length = file.size
    stamp = FileStamp(file.status)
  }

  /// The next file, folder or thing that has no bytes; `nil` at the end.
  ///
  /// - Throws: ``DataError`` with the byte where the archive is damaged or cut off
  mutating func next() throws(DataError) -> Member? {
    var name: [UInt8]?
    var records: PaxRecords?
    while true {
      let start = position
      let block = try bytes(
        at: start, count: TarHeader.length, of: "a member's header or the end's")
      guard block.contains(where: { $0 != 0 }) else { return nil }
      let header = try header(block, at: start)
      position = start + TarHeader.length
      switch header.kind {
      case .longName:
        name = Array(try text(header.size, of: "a long name").prefix { $0 != 0 })
      case .extended:
        records = PaxRecords(try text(header.size, of: "a member's records"))
        guard records != nil else {
          throw .format(
            file: path, offset: start + TarHeader.length,
            expected: "records 'LENGTH KEY=VALUE' of the next member", found: "other bytes")
        }
      case .longLink, .global:
        try pass(header.size)
      case .file, .folder, .other:
        return try member(header, at: start, name: records?.path ?? name, records)
      }
    }
  }

  /// The bytes of a small member.
  mutating func contents(of member: Member) throws(DataError) -> [UInt8] {
    Array(try bytes(at: member.offset, count: member.size, of: "a member's bytes"))
  }

  private func header(_ block: ArraySlice<UInt8>, at start: Int) throws(DataError) -> TarHeader {
    do throws(TarHeader.Defect) {
      return try TarHeader(block)
    } catch {
      if start == 0, block.starts(with: [0x1f, 0x8b]) {
        throw .format(
          file: path, offset: 0, expected: "a tar archive",
          found: "a gzip file, which cannot be read at any place: unpack it with gunzip")
      }
      throw .format(
        file: path, offset: start + error.offset, expected: error.expected, found: error.found)
    }
  }

  private mutating func member(
    _ header: TarHeader, at start: Int, name: [UInt8]?, _ records: PaxRecords?
  ) throws(DataError) -> Member {
    let offset = position
    // What is no file may name a size and have no bytes.
    let isEmpty =
      switch header.kind {
      case .other("a hard link"), .other("a symbolic link"), .folder: true
      default: false
      }
    let size = isEmpty ? 0 : records?.size ?? header.size
    try pass(size)
    return Member(
      name: name ?? header.name,
      kind: records?.isSparse == true ? .other("a sparse file") : header.kind, header: start,
      offset: offset, size: size)
  }

  /// Goes to the block behind so many bytes.
  private mutating func pass(_ size: Int) throws(DataError) {
    // The last block is filled up; both sides are far from the largest number.
    guard size <= length - position else {
      throw .truncated(
        file: path, offset: position, expected: "\(size) bytes of a member",
        found: "\(length - position)")
    }
    position += (size + TarHeader.length - 1) / TarHeader.length * TarHeader.length
  }

  private mutating func text(_ size: Int, of what: String) throws(DataError) -> ArraySlice<UInt8> {
    guard size <= Self.textLimit else {
      throw .format(
        file: path, offset: position, expected: "\(what) of at most \(Self.textLimit) bytes",
        found: "\(size)")
    }
    let start = position
    try pass(size)
    return try bytes(at: start, count: size, of: what)
  }

  private mutating func bytes(
    at offset: Int, count: Int, of what: String
  ) throws(DataError) -> ArraySlice<UInt8> {
    guard offset <= length - count else {
      throw .truncated(
        file: path, offset: offset, expected: "\(count) bytes of \(what)",
        found: "\(max(0, length - offset))")
    }
    if offset < windowStart || offset + count > windowStart + window.count {
      window = try FileBytes.read(
        file, path: path, at: offset,
        count: min(length - offset, max(count, Self.windowLength)))
      windowStart = offset
    }
    return window[offset - windowStart..<offset - windowStart + count]
  }
}
