import Foundation
import SignetModel

/// Turns stored tensors into numbers. Every size is checked against the bytes that are there before
/// memory is set aside for it.
struct TensorDecoder {
  let externalData: ExternalData

  /// - Parameter budget: what the file stores must have been granted; what lies in other files is
  ///   granted here.
  func decode(
    _ tensor: ProtoTensor, budget: inout ImportBudget
  ) throws(NodeFailure) -> ConstantTensor {
    let packed = PackedInteger(rawValue: tensor.dataType)
    guard let type = packed?.elementType ?? ElementType(onnxCode: tensor.dataType) else {
      throw NodeFailure(
        nil, expected: ElementType.storedNames, found: "element type \(tensor.dataType)")
    }
    let dims = tensor.dims.map(Int.init)
    let limit = ConstantTensor.maximumRank
    guard dims.count <= limit,
      let count = ConstantTensor.elementCount(dims, limit: Int(Int32.max))
    else {
      throw NodeFailure(nil, expected: "at most \(limit) axes and 2³¹ elements", found: dims)
    }
    let byteCount = packed?.byteCount(count) ?? count * type.byteCount
    if tensor.dataLocation == 1 {
      let (bytes, isNew) = try externalData.bytes(of: tensor, count: byteCount)
      budget.grant(bytes: isNew, of: packed == nil ? type : .uint8)
      _ = try budget.claim(dims)
      return decode(bytes, packed, type: type, dims: dims, count: count)
    }
    if tensor.hasRawData {
      guard tensor.rawData.count == byteCount else {
        throw NodeFailure(
          nil, expected: "\(byteCount) bytes for \(dims)", found: tensor.rawData.count)
      }
      _ = try budget.claim(dims)
      return decode(tensor.rawData, packed, type: type, dims: dims, count: count)
    }
    _ = try budget.claim(dims)
    if let packed {
      // A byte in each number.
      guard tensor.int32Data.count == byteCount else {
        throw NodeFailure(
          nil, expected: "\(byteCount) bytes for \(dims)", found: tensor.int32Data.count)
      }
      let bytes = Data(tensor.int32Data.map(UInt8.init(truncatingIfNeeded:)))
      return decode(bytes, packed, type: type, dims: dims, count: count)
    }
    return try decodeFields(tensor, type: type, dims: dims, count: count)
  }

  private func decodeFields(
    _ tensor: ProtoTensor, type: ElementType, dims: [Int], count: Int
  ) throws(NodeFailure) -> ConstantTensor {
    func check(_ found: Int) throws(NodeFailure) {
      guard found == count else {
        throw NodeFailure(nil, expected: "\(count) elements for \(dims)", found: found)
      }
    }
    switch type {
    case .float32:
      try check(tensor.floatData.count)
      return ConstantTensor(dims: dims, floats: tensor.floatData, type: type)
    case .float64:
      try check(tensor.doubleData.count)
      return ConstantTensor(dims: dims, floats: tensor.doubleData.map(Float.init), type: type)
    case .float16, .bfloat16:
      try check(tensor.int32Data.count)
      let bits = tensor.int32Data.map { UInt16(truncatingIfNeeded: $0).littleEndian }
      return decode(
        bits.withUnsafeBytes { Data($0) }, nil, type: type, dims: dims, count: count)
    case .int64:
      try check(tensor.int64Data.count)
      return ConstantTensor(dims: dims, integers: tensor.int64Data, type: type)
    case .uint32, .uint64:
      try check(tensor.uint64Data.count)
      let values = tensor.uint64Data.map { Int64(bitPattern: $0) }
      return ConstantTensor(dims: dims, integers: values, type: type)
    case .int32, .int16, .uint16, .int8, .uint8, .bool:
      try check(tensor.int32Data.count)
      let values = tensor.int32Data.map { type.wrap(Int64($0)) }
      return ConstantTensor(dims: dims, integers: values, type: type)
    }
  }

  /// - Parameters:
  ///   - bytes: exactly `count` little-endian elements. Layers take float32 ones as a window on them.
  ///   - packed: where several elements share a byte
  private func decode(
    _ bytes: Data, _ packed: PackedInteger?, type: ElementType, dims: [Int], count: Int
  ) -> ConstantTensor {
    if let packed {
      return ConstantTensor(
        dims: dims, integers: packed.unpacked(bytes, count: count), type: type)
    }
    guard !type.isFloat else {
      let window = type == .float32 ? FloatValues(littleEndian: bytes) : nil
      return ConstantTensor(dims: dims, floats: type.floats(bytes), type: type, values: window)
    }
    return bytes.withUnsafeBytes { raw in
      func integers<T: FixedWidthInteger>(_: T.Type) -> ConstantTensor {
        let values = (0..<count).map {
          let value = raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self)
          return Int64(truncatingIfNeeded: T(littleEndian: value))
        }
        return ConstantTensor(dims: dims, integers: values, type: type)
      }
      switch type {
      case .int64, .float32, .float64, .float16, .bfloat16: return integers(Int64.self)
      case .uint8, .bool: return integers(UInt8.self)
      case .int8: return integers(Int8.self)
      case .uint16: return integers(UInt16.self)
      case .int16: return integers(Int16.self)
      case .uint32: return integers(UInt32.self)
      case .int32: return integers(Int32.self)
      case .uint64: return integers(UInt64.self)
      }
    }
  }
}

extension ProtoTensor {
  /// Bytes of elements that stand in the file itself.
  var storedByteCount: Int {
    let packed = PackedInteger(rawValue: dataType)
    guard let type = packed?.elementType ?? ElementType(onnxCode: dataType) else { return 0 }
    guard !hasRawData else { return rawData.count }
    let count =
      floatData.count + doubleData.count + int32Data.count + int64Data.count + uint64Data.count
    return count * type.byteCount
  }
}
