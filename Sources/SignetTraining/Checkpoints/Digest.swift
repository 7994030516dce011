import Crypto
import Foundation
import SignetModel

/// SHA-256 of parts, each of which counts with its length.
struct Digest {
  private var hash = SHA256()

  init() {}

  init(_ data: Data) {
    add(data)
  }

  var hexadecimal: String {
    hash.finalize().map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined()
  }

  mutating func add(_ data: Data) {
    hash.update(data: data)
    withUnsafeBytes(of: UInt64(data.count).littleEndian) { hash.update(bufferPointer: $0) }
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
        if !codes.rows.areEqual { digest.add(Data(codes.codeCounts.map(UInt8.init))) }
        for more in [codes.constants, codes.inputScales?.values] {
          more?.withUnsafeBytes { digest.add(Data($0)) }
        }
      }
    }
    return digest.hexadecimal
  }
}
