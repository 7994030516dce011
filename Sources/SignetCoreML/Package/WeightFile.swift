import Foundation

/// The file beside a program that holds its large tensors: a header that counts them, and for each a
/// record of 64 bytes and its data, at multiples of 64.
struct WeightFile {
  /// What a tensor's elements are, as the records number it.
  enum Kind: UInt32 {
    case float16 = 1
    case float32 = 2
    case uint8 = 3
    case int8 = 4
    case uint1 = 9
    case uint2 = 10
    case uint4 = 11
    case uint3 = 12
    case uint6 = 13

    var bitCount: Int {
      switch self {
      case .float32: 32
      case .float16: 16
      case .int8, .uint8: 8
      case .uint6: 6
      case .uint4: 4
      case .uint3: 3
      case .uint2: 2
      case .uint1: 1
      }
    }
  }

  private static let version: UInt32 = 2
  private static let alignment = 64
  /// Marks the start of a record.
  private static let sentinel: UInt32 = 0xdead_beef

  private var count: UInt32 = 0
  private var body = Data()

  /// The whole file.
  var bytes: Data {
    var file = Data()
    file.append(count)
    file.append(Self.version)
    file.append(Data(count: Self.alignment - file.count))
    return file + body
  }

  /// Adds a tensor.
  ///
  /// - Parameters:
  ///   - data: elements in row-major order, the lowest bits of a byte first where they share one
  ///   - elementCount: how many there are
  /// - Returns: where its record starts
  mutating func append(_ data: Data, _ kind: Kind, elementCount: Int) -> UInt64 {
    let offset = Self.alignment + body.count
    var record = Data()
    record.append(Self.sentinel)
    record.append(kind.rawValue)
    record.append(UInt64(data.count))
    record.append(UInt64(offset + Self.alignment))
    record.append(UInt64(data.count * 8 - elementCount * kind.bitCount))
    record.append(Data(count: Self.alignment - record.count))
    body += record + data
    body.append(Data(count: (Self.alignment - body.count % Self.alignment) % Self.alignment))
    count += 1
    return UInt64(offset)
  }
}
