import CSignetONNXRuntime
import SignetModel

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension signet_operand {
  /// Those that count.
  var allExtents: [Int] {
    withUnsafeBytes(of: extents) { $0.bindMemory(to: Int64.self).prefix(rank).map { Int($0) } }
  }

  var isThere: Bool { values != nil }

  /// A copy of bytes.
  func data() -> Data {
    guard let values else { return Data() }
    return Data(bytes: values, count: count)
  }

  /// A copy of numbers, which must be finite.
  func floats(_ name: String) throws -> [Float] {
    guard let values else { return [] }
    let numbers = Array(
      UnsafeBufferPointer(start: values.assumingMemoryBound(to: Float.self), count: count))
    if let other = numbers.first(where: { !$0.isFinite }) {
      throw OperatorError.operand(name: name, expected: "finite numbers", found: "\(other)")
    }
    return numbers
  }
}
