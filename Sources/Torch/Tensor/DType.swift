internal import CTorch

/// The type of a tensor's elements.
public enum DType: String, Sendable, CaseIterable {
  case float32, float64, bfloat16, uint8, int64, bool

  /// Bytes per element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32: 4
    case .bfloat16: 2
    case .uint8, .bool: 1
    }
  }

  var code: ctorch_dtype {
    switch self {
    case .float32: CTORCH_FLOAT32
    case .float64: CTORCH_FLOAT64
    case .bfloat16: CTORCH_BFLOAT16
    case .uint8: CTORCH_UINT8
    case .int64: CTORCH_INT64
    case .bool: CTORCH_BOOL
    }
  }

  init?(code: ctorch_dtype) {
    switch code {
    case CTORCH_FLOAT32: self = .float32
    case CTORCH_FLOAT64: self = .float64
    case CTORCH_BFLOAT16: self = .bfloat16
    case CTORCH_UINT8: self = .uint8
    case CTORCH_INT64: self = .int64
    case CTORCH_BOOL: self = .bool
    default: return nil
    }
  }
}
