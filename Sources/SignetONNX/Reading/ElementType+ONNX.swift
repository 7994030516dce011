import SignetModel

/// The element types as ONNX names them.
extension ElementType {
  static let onnxNames =
    "float32, float16, bfloat16, double, integers of 8 to 64 bits or bool"
  /// Those of stored tensors, where several numbers may share a byte.
  static let storedNames =
    "float32, float16, bfloat16, double, integers of 2 to 64 bits or bool"

  /// `TensorProto.DataType`.
  var onnxCode: Int32 {
    switch self {
    case .float32: 1
    case .uint8: 2
    case .int8: 3
    case .uint16: 4
    case .int16: 5
    case .int32: 6
    case .int64: 7
    case .bool: 9
    case .float16: 10
    case .float64: 11
    case .uint32: 12
    case .uint64: 13
    case .bfloat16: 16
    }
  }

  /// - Parameter code: `TensorProto.DataType`
  init?(onnxCode code: Int32) {
    guard let type = Self.allCases.first(where: { $0.onnxCode == code }) else { return nil }
    self = type
  }

  /// The type an attribute names by number.
  static func named(by value: Int?) throws(NodeFailure) -> ElementType {
    guard let value, let code = Int32(exactly: value), let type = ElementType(onnxCode: code)
    else {
      throw NodeFailure("to", expected: onnxNames, found: value.map(String.init) ?? "none")
    }
    return type
  }

  var isFloat: Bool {
    switch self {
    case .float32, .float16, .float64, .bfloat16: true
    default: false
    }
  }

  /// The whole numbers that an element of this type can hold.
  var bounds: ClosedRange<Int64> {
    switch self {
    case .bool: 0...1
    case .uint32: 0...Int64(UInt32.max)
    default: quantizedBounds ?? Int64.min...Int64.max
    }
  }

  /// The value an element of this type holds after a conversion from a wider integer.
  func wrap(_ value: Int64) -> Int64 {
    switch self {
    case .uint8: Int64(UInt8(truncatingIfNeeded: value))
    case .int8: Int64(Int8(truncatingIfNeeded: value))
    case .uint16: Int64(UInt16(truncatingIfNeeded: value))
    case .int16: Int64(Int16(truncatingIfNeeded: value))
    case .int32: Int64(Int32(truncatingIfNeeded: value))
    case .uint32: Int64(UInt32(truncatingIfNeeded: value))
    case .bool: value == 0 ? 0 : 1
    default: value
    }
  }
}
