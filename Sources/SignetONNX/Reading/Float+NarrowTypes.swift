extension Float {
  /// Widens an IEEE 754 binary16 number. Swift's own `Float16` is missing on Intel Macs.
  init(halfBits bits: UInt16) {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      self = sign * Float(fraction) * 0x1p-24
    case 0x1F:
      self = fraction == 0 ? sign * .infinity : .nan
    default:
      let magnitude = UInt32(exponent + 112) << 23 | fraction << 13
      self = sign * Float(bitPattern: magnitude)
    }
  }

  /// Widens a bfloat16 number: the upper half of a binary32.
  init(bfloat16Bits bits: UInt16) {
    self.init(bitPattern: UInt32(bits) << 16)
  }
}
