import Foundation
import SignetModel

/// Numbers of one type in a grid, as a file holds them.
struct NumberArray: Sendable {
  /// Empty where the file gives it none.
  let name: String
  let elementType: ElementType
  /// Outermost first; empty for a single number.
  let extents: [Int]
  /// Little-endian, row-major.
  let bytes: Data

  /// Elements from `first` on.
  ///
  /// - Parameters:
  ///   - first: counted in elements, like `count`; both within the array
  func floats(from first: Int, count: Int) -> [Float] {
    let start = bytes.startIndex + first * elementType.byteCount
    return elementType.floats(bytes[start..<start + count * elementType.byteCount])
  }

  var elementCount: Int { extents.reduce(1, *) }

  /// `4×3×8×8 of float32`
  var described: String {
    (extents.isEmpty ? "a single number" : "\(Shape(extents))") + " of \(elementType)"
  }
}
