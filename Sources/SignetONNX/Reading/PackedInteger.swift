import Foundation
import SignetModel

/// Integers of less than a byte as ONNX stores them: the first in the lowest bits.
enum PackedInteger: Int32 {
  // The raw values are those of `TensorProto.DataType`.
  case uint4 = 21
  case int4 = 22
  case uint2 = 25
  case int2 = 26

  var bitCount: Int {
    switch self {
    case .uint4, .int4: 4
    case .uint2, .int2: 2
    }
  }

  private var isSigned: Bool { self == .int4 || self == .int2 }

  /// What the numbers are taken as.
  var elementType: ElementType { isSigned ? .int8 : .uint8 }

  func byteCount(_ count: Int) -> Int { (count * bitCount + 7) / 8 }

  /// - Parameter values: a byte each, within the type's range
  func packed(_ values: Data) -> Data {
    let each = 8 / bitCount
    let mask = UInt8((1 << bitCount) - 1)
    var bytes = Data(count: byteCount(values.count))
    for (index, value) in values.enumerated() {
      bytes[index / each] |= (value & mask) << UInt8(index % each * bitCount)
    }
    return bytes
  }

  /// - Parameter bytes: as many as `count` numbers need
  func unpacked(_ bytes: Data, count: Int) -> [Int64] {
    let each = 8 / bitCount
    let unused = 8 - bitCount
    return bytes.withUnsafeBytes { raw in
      (0..<count).map { index in
        let top = raw[index / each] << UInt8(unused - index % each * bitCount)
        return isSigned
          ? Int64(Int8(bitPattern: top) >> unused) : Int64(top >> UInt8(unused))
      }
    }
  }
}
