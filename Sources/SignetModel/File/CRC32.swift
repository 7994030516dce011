#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The IEEE CRC-32 (polynomial 0xEDB88320 reflected), the one of zlib, PNG and Python's
/// `zlib.crc32`. Eight table lookups per eight bytes ("slicing-by-8", Kounavis and Berry 2005).
struct CRC32 {
  private var state: UInt32 = .max

  var value: UInt32 { ~state }

  /// Eight lowercase hexadecimal digits.
  var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: Self.digitCount - digits.count) + digits
  }

  static let digitCount = 8

  mutating func update(_ data: Data) {
    data.withUnsafeBytes { update($0) }
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    state = Self.tables.withUnsafeBufferPointer { tables in
      var state = state
      var position = 0
      while position + 8 <= bytes.count {
        let word = UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        let low = UInt32(truncatingIfNeeded: word) ^ state
        let high = UInt32(truncatingIfNeeded: word >> 32)
        let first =
          tables[7 << 8 | Int(low & 0xff)] ^ tables[6 << 8 | Int(low >> 8 & 0xff)]
          ^ tables[5 << 8 | Int(low >> 16 & 0xff)] ^ tables[4 << 8 | Int(low >> 24)]
        let second =
          tables[3 << 8 | Int(high & 0xff)] ^ tables[2 << 8 | Int(high >> 8 & 0xff)]
          ^ tables[1 << 8 | Int(high >> 16 & 0xff)] ^ tables[Int(high >> 24)]
        state = first ^ second
        position += 8
      }
      while position < bytes.count {
        state = tables[Int((state ^ UInt32(bytes[position])) & 0xff)] ^ state >> 8
        position += 1
      }
      return state
    }
  }

  /// tables: 8 × 256; row r is the effect of a byte that r more bytes follow.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      tables[byte] = (0..<8).reduce(UInt32(byte)) { value, _ in
        value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0)
      }
    }
    for index in 256..<tables.count {
      let previous = tables[index - 256]
      tables[index] = previous >> 8 ^ tables[Int(previous & 0xff)]
    }
    return tables
  }()
}
