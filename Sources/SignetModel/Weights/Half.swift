/// IEEE 754 binary16 in bits; `Float16` does not exist on every processor Swift runs on.
package enum Half {
  /// The largest finite number.
  package static let greatest: Float = 65504
  /// The smallest number with all eleven significant bits.
  package static let leastNormal: Float = 0x1p-14

  /// Rounds to nearest, ties to even; what is too large becomes infinite. NaN keeps its sign.
  package static func bits(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.bitPattern & 0x7fff_ffff
    if magnitude > 0x7f80_0000 { return sign | 0x7e00 }
    // From half a step above the largest number on.
    if magnitude >= 0x477f_f000 { return sign | 0x7c00 }
    if magnitude < leastNormal.bitPattern {
      let steps = Float(bitPattern: magnitude) * 0x1p24
      return sign | UInt16(steps.rounded(.toNearestOrEven))
    }
    let rounded = magnitude + 0xfff + (magnitude >> 13 & 1) - (112 << 23)
    return sign | UInt16(truncatingIfNeeded: rounded >> 13)
  }

  package static func float(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1f)
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31:
      return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
