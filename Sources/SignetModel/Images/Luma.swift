/// Grey from colour by ITU-R 601: 0.299 R + 0.587 G + 0.114 B, in the fixed point arithmetic that
/// Pillow uses, so that grey networks see the same bytes.
package enum Luma {
  package static func grey(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum = 19595 &* UInt32(red) &+ 38470 &* UInt32(green) &+ 7471 &* UInt32(blue)
    return UInt8(truncatingIfNeeded: (sum &+ 0x8000) >> 16)
  }
}
