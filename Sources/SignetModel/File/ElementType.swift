#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The element types of tensors in files. Raw values are safetensors' names.
public enum ElementType: String, Sendable, Hashable, Codable, CaseIterable {
  /// A byte, 0 or 1.
  case bool = "BOOL"
  /// Unsigned, 1 byte.
  case uint8 = "U8"
  /// Two's complement, 1 byte.
  case int8 = "I8"
  /// Unsigned, 2 bytes.
  case uint16 = "U16"
  /// Two's complement, 2 bytes.
  case int16 = "I16"
  /// IEEE 754 binary16.
  case float16 = "F16"
  /// The upper half of binary32.
  case bfloat16 = "BF16"
  /// Unsigned, 4 bytes.
  case uint32 = "U32"
  /// Two's complement, 4 bytes.
  case int32 = "I32"
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// Unsigned, 8 bytes.
  case uint64 = "U64"
  /// Two's complement, 8 bytes.
  case int64 = "I64"
  /// IEEE 754 binary64.
  case float64 = "F64"

  /// Bytes of one element.
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
