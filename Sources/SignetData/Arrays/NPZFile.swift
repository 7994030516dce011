import CZlib
import Foundation
import SignetModel

/// Arrays by name as NumPy's `.npz` has them: a ZIP archive of stored `.npy` files.
package struct NPZFile {
  private var entries: [(name: String, crc: UInt32, size: Int, offset: Int)] = []
  private var body = Data()

  package init() {}

  /// Adds an array of float32, row-major.
  package mutating func add(_ name: String, _ tensor: DenseTensor) {
    var content = Self.header(of: tensor.extents)
    tensor.values.withUnsafeBytes { content.append(contentsOf: $0) }
    let crc = content.withUnsafeBytes { bytes in
      UInt32(crc32(0, bytes.bindMemory(to: UInt8.self).baseAddress, uInt(bytes.count)))
    }
    let file = "\(name).npy"
    entries.append((file, crc, content.count, body.count))
    body.append(contentsOf: Self.little(0x0403_4b50 as UInt32))
    body.append(Self.fields(crc: crc, size: content.count, name: file))
    body.append(contentsOf: file.utf8)
    body.append(content)
  }

  /// The whole file.
  package var bytes: Data {
    var data = body
    for entry in entries {
      data.append(contentsOf: Self.little(0x0201_4b50 as UInt32))
      data.append(contentsOf: Self.little(20 as UInt16))
      data.append(Self.fields(crc: entry.crc, size: entry.size, name: entry.name))
      // No comment, first disk, no attributes.
      data.append(Data(count: 10))
      data.append(contentsOf: Self.little(UInt32(entry.offset)))
      data.append(contentsOf: entry.name.utf8)
    }
    let directory = data.count - body.count
    data.append(contentsOf: Self.little(0x0605_4b50 as UInt32))
    data.append(Data(count: 4))
    for _ in 0..<2 { data.append(contentsOf: Self.little(UInt16(entries.count))) }
    data.append(contentsOf: Self.little(UInt32(directory)))
    data.append(contentsOf: Self.little(UInt32(body.count)))
    data.append(Data(count: 2))
    return data
  }

  /// What local and central headers have in common, from the version on.
  private static func fields(crc: UInt32, size: Int, name: String) -> Data {
    var data = Data()
    data.append(contentsOf: little(20 as UInt16))
    // Names are UTF-8; nothing is compressed; 1 January 1980.
    data.append(contentsOf: little(0x0800 as UInt16))
    data.append(contentsOf: little(0 as UInt16))
    data.append(contentsOf: little(0 as UInt16))
    data.append(contentsOf: little(0x21 as UInt16))
    data.append(contentsOf: little(crc))
    data.append(contentsOf: little(UInt32(size)))
    data.append(contentsOf: little(UInt32(size)))
    data.append(contentsOf: little(UInt16(name.utf8.count)))
    data.append(contentsOf: little(0 as UInt16))
    return data
  }

  private static func header(of extents: [Int]) -> Data {
    let list = extents.map { "\($0)," }.joined(separator: " ")
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(list)), }"
    // The numbers begin at a multiple of 64 bytes.
    let length = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    text += String(repeating: " ", count: length - text.utf8.count - 1) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data.append(contentsOf: little(UInt16(length)))
    data.append(contentsOf: text.utf8)
    return data
  }

  private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
