import Foundation
import SignetModel

/// NumPy's file of one array: `\x93NUMPY`, a version, the length of a header, the header (a Python
/// dictionary that names type, order and shape), the elements.
enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// - Parameter name: the array's, for errors, too
  /// - Throws: ``DataError/array(file:array:expected:found:)``
  static func array(_ bytes: Data, name: String, file: String) throws(DataError) -> NumberArray {
    func wrong(_ expected: String, _ found: String) -> DataError {
      .array(file: file, array: name, expected: expected, found: found)
    }
    let bytes = Data(bytes)
    guard bytes.starts(with: magic), bytes.count >= 12 else {
      throw wrong("a .npy file", bytes.isEmpty ? "nothing" : "other bytes")
    }
    let version = bytes[6]
    guard (1...3).contains(version) else {
      throw wrong("version 1, 2 or 3 of .npy", "\(version)")
    }
    let lengthBytes = version == 1 ? 2 : 4
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = 8 + lengthBytes + length
    guard start <= bytes.count else {
      throw wrong("a header of \(length) bytes", "the end of the file")
    }
    let header = String(decoding: bytes[(8 + lengthBytes)..<start], as: UTF8.self)
    guard let descr = header.firstMatch(of: /'descr'\s*:\s*'([^']*)'/)?.output.1,
      let order = header.firstMatch(of: /'fortran_order'\s*:\s*(True|False)/)?.output.1,
      let shape = header.firstMatch(of: /'shape'\s*:\s*\(([0-9, ]*)\)/)?.output.1
    else { throw wrong("plain numbers, their order and shape in the header", header) }
    guard let type = elementType(String(descr)) else {
      throw wrong(
        "little-endian numbers (float16, float32, float64, integers, booleans)", "'\(descr)'")
    }
    let words = shape.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    let extents = words.compactMap { Int($0) }
    guard extents.count == words.count else { throw wrong("a shape", "(\(shape))") }
    guard order == "False" || extents.count < 2 else {
      throw wrong("the last axis to run fastest (C order)", "Fortran's order")
    }
    var size = type.byteCount
    for extent in extents {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Limits.datasetBytes else {
        throw wrong("at most \(Limits.datasetBytes) bytes", "a shape of (\(shape))")
      }
      size = product
    }
    guard bytes.count - start == size else {
      throw wrong("\(size) bytes of (\(shape)) numbers", "\(bytes.count - start)")
    }
    return NumberArray(name: name, elementType: type, extents: extents, bytes: bytes[start...])
  }

  private static func elementType(_ descr: String) -> ElementType? {
    switch descr {
    case "<f2": .float16
    case "<f4": .float32
    case "<f8": .float64
    case "|b1": .bool
    case "|u1": .uint8
    case "|i1": .int8
    case "<u2": .uint16
    case "<i2": .int16
    case "<u4": .uint32
    case "<i4": .int32
    case "<u8": .uint64
    case "<i8": .int64
    default: nil
    }
  }
}
