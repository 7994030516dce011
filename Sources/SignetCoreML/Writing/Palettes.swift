import Foundation
import SignetModel

/// Binary codes as indices into palettes, a palette per filter.
struct Palettes {
  /// The palettes: N × 2^bits
  let numbers: [Float]
  /// The indices, N × S of `bits` bits each, the lowest bits of a byte first
  let indices: Data

  /// - Parameters:
  ///   - codes: what the palettes stand for, input scales aside
  ///   - bitCount: bits of an index, no fewer than there are codes
  init(_ codes: BinaryCodes, bitCount: Int) {
    let rows = codes.rows.ofFilters
    let (scales, constants) = (codes.scales.array, codes.constants?.array)
    let size = 1 << bitCount
    numbers = rows.indices.flatMap { filter in
      (0..<size).map { index in
        rows[filter].enumerated().reduce(constants?[filter] ?? 0) { sum, code in
          sum + (index >> code.offset & 1 == 1 ? scales[code.element] : -scales[code.element])
        }
      }
    }
    let length = codes.patchLength
    let stride = codes.bytesPerFilter
    var packed = [UInt8](
      repeating: 0, count: (codes.filterCount * length * bitCount + 7) / 8)
    codes.bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      for (filter, own) in rows.enumerated() {
        for (code, row) in own.enumerated() {
          for element in 0..<length
          where bytes[row * stride + element / 8] >> UInt8(element % 8) & 1 == 1 {
            let bit = (filter * length + element) * bitCount + code
            packed[bit / 8] |= 1 << UInt8(bit % 8)
          }
        }
      }
    }
    indices = Data(packed)
  }
}
