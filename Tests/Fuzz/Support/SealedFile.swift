import Foundation

/// The parts of a model file, and the file made of them with a right length and checksum.
struct SealedFile {
  /// JSON
  var header: [UInt8]
  var tensors: [UInt8]

  private static let key = Array("\"signet.checksum\":\"".utf8)

  /// `nil` if the bytes are too short for the header they announce.
  init?(_ file: [UInt8]) {
    guard file.count >= 8 else { return nil }
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(file.count - 8) else { return nil }
    header = Array(file[8..<8 + Int(length)])
    tensors = Array(file[(8 + Int(length))...])
  }

  var sealed: [UInt8] {
    var header = header
    let place = Data(header).range(of: Data(Self.key))?.upperBound
    let digits = place.flatMap { $0 + 8 <= header.count ? $0..<$0 + 8 : nil }
    if let digits { header.replaceSubrange(digits, with: [UInt8](repeating: 0x30, count: 8)) }
    var file = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    file += header + tensors
    guard let digits else { return file }
    let text = String(Self.checksum(file), radix: 16)
    let padded = String(repeating: "0", count: 8 - text.count) + text
    file.replaceSubrange(digits.lowerBound + 8..<digits.upperBound + 8, with: Array(padded.utf8))
    return file
  }

  /// The IEEE CRC-32, a bit at a time.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var state = UInt32.max
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
    }
    return ~state
  }
}
