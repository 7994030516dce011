import Foundation

/// The element types of tensors in files. Raw values are safetensors' names.
public enum ElementType: String, Sendable, Hashable, Codable, CaseIterable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case uint16 = "U16"
  case int16 = "I16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case uint32 = "U32"
  case int32 = "I32"
  case float32 = "F32"
  case uint64 = "U64"
  case int64 = "I64"
  case float64 = "F64"

  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Little-endian elements as float32, rounded to nearest.
  package func floats(_ bytes: Data) -> [Float] {
    switch self {
    case .bool: convert(bytes, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: convert(bytes, UInt8.self) { Float($0) }
    case .int8: convert(bytes, Int8.self) { Float($0) }
    case .uint16: convert(bytes, UInt16.self) { Float($0) }
    case .int16: convert(bytes, Int16.self) { Float($0) }
    case .float16: convert(bytes, UInt16.self, Half.float)
    case .bfloat16: convert(bytes, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .uint32: convert(bytes, UInt32.self) { Float($0) }
    case .int32: convert(bytes, Int32.self) { Float($0) }
    case .float32: convert(bytes, UInt32.self) { Float(bitPattern: $0) }
    case .uint64: convert(bytes, UInt64.self) { Float($0) }
    case .int64: convert(bytes, Int64.self) { Float($0) }
    case .float64: convert(bytes, UInt64.self) { Float(Double(bitPattern: $0)) }
    }
  }

  private func convert<Element: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: Data, _: Element.Type, _ convert: (Element) -> Float
  ) -> [Float] {
    let stride = MemoryLayout<Element>.stride
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / stride).map {
        convert(
          Element(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * stride, as: Element.self)))
      }
    }
  }
}
