import CZlib
import Foundation
import SignetModel

/// Reads what ``IndexWriter`` wrote; `nil` wherever something else stands. Nothing counts before
/// ``isIntact()`` has said so.
struct IndexReader: ~Copyable {
  private let file: RegularFile
  private var remaining: Int
  private var checksum = crc32(0, nil, 0)

  private init(_ file: consuming RegularFile) {
    remaining = file.size
    self.file = file
  }

  static func open(_ url: URL) -> IndexReader? {
    do throws(ModelFileError) {
      var reader = IndexReader(try RegularFile(path: url.path))
      let mark = reader.numbers(of: UInt8.self, count: IndexWriter.mark.count)
      guard mark == IndexWriter.mark else { return nil }
      return reader
    } catch {
      return nil
    }
  }

  mutating func array<Number: FixedWidthInteger>(of type: Number.Type) -> [Number]? {
    guard let count = numbers(of: Int.self, count: 1)?[0] else { return nil }
    return numbers(of: type, count: count)
  }

  mutating func table() -> PathTable? {
    guard let bytes = array(of: UInt8.self), let ends = array(of: Int.self) else { return nil }
    return PathTable(bytes: bytes, ends: ends)
  }

  mutating func stamps() -> [FileStamp]? {
    guard let numbers = array(of: Int.self), numbers.count % FileStamp.width == 0 else {
      return nil
    }
    return stride(from: 0, to: numbers.count, by: FileStamp.width).map {
      FileStamp(numbers: Array(numbers[$0..<$0 + FileStamp.width]))
    }
  }

  /// Whether all has been read and the checksum is right.
  mutating func isIntact() -> Bool {
    let expected = UInt64(checksum)
    return numbers(of: UInt64.self, count: 1)?[0] == expected && remaining == 0
  }

  private mutating func numbers<Number: FixedWidthInteger>(
    of type: Number.Type, count: Int
  ) -> [Number]? {
    let width = MemoryLayout<Number>.stride
    guard count >= 0, count <= remaining / width else { return nil }
    let size = count * width
    let descriptor = file.descriptor
    let numbers = [Number](unsafeUninitializedCapacity: count) { buffer, filled in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      var done = 0
      while done < size, let base = bytes.baseAddress {
        let read = Foundation.read(descriptor, base + done, min(size - done, 1 << 30))
        if read < 0, errno == EINTR { continue }
        guard read > 0 else { break }
        done += read
      }
      filled = done / width
    }
    guard numbers.count == count else { return nil }
    remaining -= size
    checksum = numbers.withUnsafeBytes {
      crc32_z(checksum, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    return numbers
  }
}
