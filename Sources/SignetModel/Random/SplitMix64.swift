/// The generator of Steele, Lea and Flood ("Fast splittable pseudorandom number generators",
/// OOPSLA 2014): tiny, fast, and the same numbers on every machine.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  package private(set) var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    // 2⁶⁴ over the golden ratio, made odd.
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// Uniform in −1 ..< 1, a multiple of 2⁻²³.
  package mutating func nextSymmetric() -> Float {
    Float(next() >> 40) * 0x1p-23 - 1
  }

  /// The first number of a seed: a hash of it.
  package static func word(after seed: UInt64) -> UInt64 {
    var random = SplitMix64(seed: seed)
    return random.next()
  }

  /// A number of its own for each index.
  package static func word(seed: UInt64, index: UInt64) -> UInt64 {
    word(after: word(after: seed) &+ index)
  }
}
