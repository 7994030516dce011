import Foundation
import SignetModel

/// A 64-bit checksum (FNV-1a over eight bytes at a time): tells damage and mix-ups, not attacks.
struct Digest {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  init() {}

  init(_ data: Data) {
    add(data)
  }

  var hexadecimal: String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  mutating func add(_ data: Data) {
    data.withUnsafeBytes { bytes in
      let words = bytes.count / 8
      for word in 0..<words {
        add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)))
      }
      for byte in bytes[(words * 8)...] { add(UInt64(byte)) }
    }
    add(UInt64(data.count))
  }

  private mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x100_0000_01b3
    // Multiplication carries upwards only; this brings high bits back down.
    value ^= value >> 29
  }
}

extension Digest {
  /// Tells apart models whose graph, input or numbers differ.
  static func of(_ model: Model) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var digest = Digest(try encoder.encode(model.graph))
    digest.add(try encoder.encode(model.preprocessing))
    for (name, weight) in model.weights.sorted(by: { $0.key < $1.key }) {
      digest.add(Data(name.utf8))
      switch weight.storage {
      case .float(let values):
        values.withUnsafeBytes { digest.add(Data($0)) }
      case .int8(let filters):
        digest.add(filters.bytes)
        filters.scales.withUnsafeBytes { digest.add(Data($0)) }
      case .binary(let codes):
        digest.add(codes.bytes)
        codes.scales.withUnsafeBytes { digest.add(Data($0)) }
      }
    }
    return digest.hexadecimal
  }
}
