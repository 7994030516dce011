import Foundation
import SignetModel

extension CoreMLExporter.Precision {
  /// How programs call it as a type.
  var type: ProtoDataType {
    switch self {
    case .float16: .float16
    case .float32: .float32
    }
  }

  /// How programs call it in a cast.
  var name: String {
    switch self {
    case .float16: "fp16"
    case .float32: "fp32"
    }
  }

  var kind: WeightFile.Kind {
    switch self {
    case .float16: .float16
    case .float32: .float32
    }
  }

  /// The largest number.
  var greatest: Float {
    switch self {
    case .float16: Half.greatest
    case .float32: .greatestFiniteMagnitude
    }
  }

  /// Up to here all whole numbers are exact.
  var largestPlace: Int {
    switch self {
    case .float16: 1 << 11
    case .float32: 1 << 24
    }
  }

  /// The numbers' bytes, the lowest first.
  func data(_ numbers: [Float]) -> Data {
    switch self {
    case .float16:
      numbers.reduce(into: Data(capacity: 2 * numbers.count)) { $0.append(Half.nonzero($1)) }
    case .float32:
      numbers.reduce(into: Data(capacity: 4 * numbers.count)) { $0.append($1.bitPattern) }
    }
  }

  /// The same where they stand in the program itself.
  func tensor(_ numbers: [Float]) -> ProtoTensorValue {
    var tensor = ProtoTensorValue()
    switch self {
    case .float16: tensor.bytes.values = data(numbers)
    case .float32: tensor.floats.values = numbers
    }
    return tensor
  }
}

extension Half {
  /// The number's bits; what is no zero does not become one, since something may be divided by it.
  fileprivate static func nonzero(_ number: Float) -> UInt16 {
    let rounded = bits(number)
    return number != 0 && rounded & 0x7fff == 0 ? rounded | 1 : rounded
  }
}

extension Data {
  /// The number's bytes, the lowest first.
  mutating func append(_ number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
