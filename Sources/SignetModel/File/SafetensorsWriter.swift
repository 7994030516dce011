#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Lays out a safetensors file. The same contents always give the same bytes.
package struct SafetensorsWriter {
  package struct Tensor {
    package let name: String
    package let elementType: ElementType
    package let shape: [Int]
    package let bytes: Data

    package init(name: String, elementType: ElementType, shape: [Int], bytes: Data) {
      self.name = name
      self.elementType = elementType
      self.shape = shape
      self.bytes = bytes
    }
  }

  /// The data begins at a multiple of this many bytes.
  static let alignment = 64

  private let metadata: [String: String]
  private let tensors: [Tensor]

  /// Wider elements come first, so that every tensor is aligned to its elements although
  /// safetensors allows no gaps; then by name.
  package init(tensors: [Tensor], metadata: [String: String]) {
    self.metadata = metadata
    self.tensors = tensors.sorted {
      (-$0.elementType.byteCount, $0.name) < (-$1.elementType.byteCount, $1.name)
    }
  }

  /// The file in pieces: header, then one piece per tensor.
  package var parts: [Data] {
    [header] + tensors.map(\.bytes)
  }

  private var header: Data {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"\(SafetensorsHeader.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var end = 0
    for tensor in tensors {
      let start = end
      end += tensor.bytes.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.elementType.rawValue)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
    }
    var json = Data("{\(members.joined(separator: ","))}".utf8)
    let overhang = (json.count + 8) % Self.alignment
    if overhang > 0 {
      json.append(contentsOf: [UInt8](repeating: 0x20, count: Self.alignment - overhang))
    }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
