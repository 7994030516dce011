import Foundation

/// Random damage to bytes, the same for the same seed.
struct Mutations {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  private static let snippets = [
    "0", "-1", "9223372036854775807", "18446744073709551616", "1e308", "null", "\"\"", "[", "{",
    "]", "}", ",", ":", "\\", "\\u0000", "\"F32\"", "\"U8\"", "[0,0]", "{\"a\":", "input", "conv",
  ]

  /// xorshift64
  private mutating func number(below bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(max(bound, 1)))
  }

  /// One to four edits: bits, bytes, cuts, copies, pieces of JSON, pieces of another file.
  mutating func mutate(_ data: Data, other: Data) -> Data {
    var bytes = [UInt8](data)
    for _ in 0...number(below: 4) {
      let position = number(below: bytes.count)
      let length = number(below: 24)
      let range = position..<min(position + length, bytes.count)
      switch number(below: 7) {
      case 0: bytes[position] ^= 1 << UInt8(number(below: 8))
      case 1: bytes[position] = UInt8(number(below: 256))
      case 2: bytes.removeSubrange(range)
      case 3: bytes.insert(contentsOf: bytes[range], at: number(below: bytes.count))
      case 4:
        let snippet = Self.snippets[number(below: Self.snippets.count)]
        bytes.replaceSubrange(range, with: Array(snippet.utf8))
      case 5:
        let start = number(below: other.count)
        let piece = other.dropFirst(start).prefix(number(below: 64))
        bytes.replaceSubrange(range, with: piece)
      default:
        let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
        bytes[digits[number(below: digits.count)]] = UInt8(0x30 + number(below: 10))
      }
      if bytes.isEmpty { bytes = [0] }
    }
    // Most edits change the header's length; keep it true half of the time.
    if bytes.count > 8, number(below: 2) == 0 {
      let length = Int(
        truncatingIfNeeded: data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) })
      let found = UInt64(max(0, length + bytes.count - data.count))
      bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: found.littleEndian) { Array($0) })
    }
    return Data(bytes)
  }
}
