import CZlib
import Foundation

/// The bytes of a kept list: a mark, arrays with their lengths before them, a checksum.
struct IndexWriter {
  /// Changes with what is written; the number after it, with the order of bytes.
  static let mark = Array("signet list 1\n".utf8) + [1, 0]

  private var parts = [Data(Self.mark)]

  mutating func add<Number: FixedWidthInteger & Sendable>(_ numbers: [Number]) {
    withUnsafeBytes(of: numbers.count) { parts.append(Data($0)) }
    numbers.withUnsafeBytes { parts.append(Data($0)) }
  }

  mutating func add(_ table: PathTable) {
    add(table.bytes)
    add(table.ends)
  }

  mutating func add(_ stamps: [FileStamp]) { add(stamps.flatMap(\.numbers)) }

  func finished() -> [Data] {
    let checksum = parts.reduce(crc32(0, nil, 0)) { sum, part in
      part.withUnsafeBytes { crc32_z(sum, $0.bindMemory(to: UInt8.self).baseAddress, $0.count) }
    }
    return parts + [withUnsafeBytes(of: UInt64(checksum)) { Data($0) }]
  }
}
