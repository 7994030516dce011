import CZlib
import Foundation

/// The entries of a zip file (APPNOTE 6.3): stored or deflated, as NumPy writes them, without
/// encryption, on one disk, of less than 4 GiB.
struct ZipArchive {
  /// What the directory at the file's end says of one entry.
  struct Entry {
    let name: String
    fileprivate let method: Int
    fileprivate let checksum: UInt32
    fileprivate let storedSize: Int
    let size: Int
    fileprivate let header: Int
  }

  private static let endSize = 22
  private static let entrySize = 46
  private static let headerSize = 30

  let entries: [Entry]
  private let bytes: [UInt8]
  private let file: String

  /// - Throws: ``DataError`` with the byte that is wrong.
  init(_ bytes: [UInt8], file: String) throws(DataError) {
    self.bytes = bytes
    self.file = file
    guard let end = Self.end(of: bytes) else {
      throw .format(
        file: file, offset: 0, expected: "a zip file", found: "no directory at its end")
    }
    let count = Self.number(bytes, end + 10, 2)
    var offset = Self.number(bytes, end + 16, 4)
    guard count < 0xffff, offset < 0xffff_ffff else {
      throw .format(
        file: file, offset: end, expected: "less than 65,535 arrays and 4 GiB", found: "zip64")
    }
    var entries: [Entry] = []
    for _ in 0..<count {
      guard offset + Self.entrySize <= end, bytes[offset...].starts(with: [0x50, 0x4b, 1, 2]) else {
        throw .format(
          file: file, offset: offset, expected: "an entry of the directory", found: "other bytes")
      }
      let nameLength = Self.number(bytes, offset + 28, 2)
      let next =
        offset + Self.entrySize + nameLength + Self.number(bytes, offset + 30, 2)
        + Self.number(bytes, offset + 32, 2)
      guard next <= end else {
        throw .truncated(
          file: file, offset: offset, expected: "\(count) entries", found: "\(entries.count)")
      }
      let name = bytes[offset + Self.entrySize..<offset + Self.entrySize + nameLength]
      entries.append(
        Entry(
          name: String(decoding: name, as: UTF8.self), method: Self.number(bytes, offset + 10, 2),
          checksum: UInt32(Self.number(bytes, offset + 16, 4)),
          storedSize: Self.number(bytes, offset + 20, 4), size: Self.number(bytes, offset + 24, 4),
          header: Self.number(bytes, offset + 42, 4)))
      offset = next
    }
    self.entries = entries
  }

  /// An entry's content.
  ///
  /// - Throws: ``DataError`` with the byte that is wrong.
  func content(of entry: Entry) throws(DataError) -> Data {
    let header = entry.header
    guard header + Self.headerSize <= bytes.count,
      bytes[header...].starts(with: [0x50, 0x4b, 3, 4])
    else {
      throw .format(
        file: file, offset: header, expected: "the entry '\(entry.name)'", found: "other bytes")
    }
    let start =
      header + Self.headerSize + Self.number(bytes, header + 26, 2)
      + Self.number(bytes, header + 28, 2)
    guard start + entry.storedSize <= bytes.count else {
      throw .truncated(
        file: file, offset: header, expected: "\(entry.storedSize) bytes of '\(entry.name)'",
        found: "the end of the file")
    }
    let stored = bytes[start..<start + entry.storedSize]
    let content: [UInt8]
    switch entry.method {
    case 0: content = Array(stored)
    case 8: content = try inflate(stored, of: entry)
    default:
      throw .format(
        file: file, offset: header, expected: "an entry that is stored or deflated",
        found: "method \(entry.method)")
    }
    let checksum = content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    guard content.count == entry.size, UInt32(checksum) == entry.checksum else {
      throw .format(
        file: file, offset: start, expected: "the content of '\(entry.name)'",
        found: "damaged data")
    }
    return Data(content)
  }

  private func inflate(_ stored: ArraySlice<UInt8>, of entry: Entry) throws(DataError) -> [UInt8] {
    // Deflate makes at most 1032 bytes of one.
    guard entry.size <= stored.count.multipliedReportingOverflow(by: 1032).partialValue + 1032
    else {
      throw .format(
        file: file, offset: entry.header, expected: "at most \(stored.count * 1032) bytes",
        found: "\(entry.size) of '\(entry.name)'")
    }
    return [UInt8](unsafeUninitializedCapacity: entry.size) { output, count in
      var stream = z_stream()
      // A negative window asks for bare deflate data.
      guard
        inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
      else { return }
      defer { inflateEnd(&stream) }
      stored.withUnsafeBufferPointer { input in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        _ = CZlib.inflate(&stream, Z_FINISH)
        count = output.count - Int(stream.avail_out)
      }
    }
  }

  /// Where the end of the directory is told; a comment may follow.
  private static func end(of bytes: [UInt8]) -> Int? {
    guard bytes.count >= endSize else { return nil }
    let last = bytes.count - endSize
    for offset in stride(from: last, through: max(0, last - 0xffff), by: -1)
    where bytes[offset] == 0x50 && bytes[offset...].starts(with: [0x50, 0x4b, 5, 6]) {
      return offset
    }
    return nil
  }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}
