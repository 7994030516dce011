import SignetModel

extension ONNXExporter.Encoding {
  /// Since which operator set integers may have so few bits.
  var oldestOperatorSet: Int {
    switch self {
    case .int2: 25
    case .int4: 21
    case .bits, .int8, .float: 17
    }
  }

  var oldestFileVersion: Int64? {
    switch self {
    case .int2: 13
    case .int4: 10
    case .bits, .int8, .float: nil
    }
  }
}

extension NodeOperation {
  /// Since which operator set ONNX describes the operation; 17 for all before it.
  var oldestOperatorSet: Int {
    switch self {
    case .averagePool(let attributes): attributes.dilation != Size2D(1) ? 19 : 17
    case .pad(let attributes): attributes.mode == .wrap ? 19 : 17
    case .resize(let attributes):
      attributes.coordinates == .halfPixelSymmetric ? 19 : attributes.antialiases ? 18 : 17
    case .activation(.elementary(let function)):
      switch function {
      case .gelu, .geluTanh: 20
      case .mish: 18
      default: 17
      }
    default: 17
    }
  }
}
