import Foundation

/// The Castagnoli checksum (RFC 3720, appendix B.4), in the disguise TFRecords give it.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
    }
  }

  static func checksum(_ data: Data) -> UInt32 {
    ~data.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
  }

  /// Rotated and shifted, so that checksums may stand within checksummed data.
  static func masked(_ data: Data) -> UInt32 {
    let value = checksum(data)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
