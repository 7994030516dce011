/// Random numbers that depend on nothing but what they are for: SplitMix64 (Steele, Lea and
/// Flood 2014), started from a hash of the seed and of the place of use.
///
/// Sampling is written out here rather than left to the standard library, whose algorithm may
/// change: a resumed run must draw what the interrupted one would have drawn.
struct RandomStream {
  enum Purpose: UInt64 {
    case shuffle = 1
    case augmentation
    case mixup
  }

  private var state: UInt64

  init(seed: UInt64, purpose: Purpose, epoch: Int, index: Int = 0) {
    state = [
      purpose.rawValue, UInt64(truncatingIfNeeded: epoch), UInt64(truncatingIfNeeded: index),
    ]
    .reduce(Self.mixed(seed &+ Self.increment)) { Self.mixed(($0 ^ $1) &+ Self.increment) }
  }

  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mixed(state)
  }

  /// A number of 0 ..< 1.
  mutating func nextUniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number of `0 ..< bound`, each equally likely (Lemire 2019).
  mutating func next(below bound: Int) -> Int {
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }
}

/// The order of the images in an epoch.
enum Shuffle {
  /// A permutation of `0 ..< count` by Fisher and Yates, a pure function of seed and epoch.
  static func permutation(count: Int, seed: UInt64, epoch: Int) -> [Int] {
    var random = RandomStream(seed: seed, purpose: .shuffle, epoch: epoch)
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, random.next(below: last + 1))
    }
    return order
  }
}
