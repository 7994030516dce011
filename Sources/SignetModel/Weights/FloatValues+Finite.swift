extension FloatValues {
  /// The first NaN or infinity.
  public var firstNonFiniteIndex: Int? {
    guard elementType == .float32 else { return array.firstIndex { !$0.isFinite } }
    return withUnsafeBytes { raw in
      let count = raw.count / 4
      let exponent: UInt32 = 0x7f80_0000
      // Whole blocks without a branch inside, so that the compiler vectorises; the block with the
      // culprit is searched again.
      let block = 1024
      for start in stride(from: 0, to: count, by: block) {
        let end = min(start + block, count)
        var isFinite = true
        for index in start..<end {
          let bits = UInt32(
            littleEndian: raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
          isFinite = (bits & exponent != exponent) && isFinite
        }
        guard !isFinite else { continue }
        return (start..<end).first {
          let bits = UInt32(
            littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))
          return bits & exponent == exponent
        }
      }
      return nil
    }
  }
}
