import Foundation
import SignetModel

/// Random numbers that depend on nothing but what they are for: SplitMix64, started from a hash of the
/// seed and of the place of use.
///
/// Sampling is written out here rather than left to the standard library, whose algorithm may
/// change: a resumed run must draw what the interrupted one would have drawn.
struct RandomStream {
  enum Purpose: UInt64 {
    case shuffle = 1
    case augmentation
    case mixup
    case resizedCrop
    case colorJitter
    case lighting
  }

  private var generator: SplitMix64

  init(seed: UInt64, purpose: Purpose, epoch: Int, index: Int = 0) {
    let words = [
      purpose.rawValue, UInt64(truncatingIfNeeded: epoch), UInt64(truncatingIfNeeded: index),
    ]
    let start = words.reduce(SplitMix64.word(after: seed)) { SplitMix64.word(after: $0 ^ $1) }
    generator = SplitMix64(seed: start)
  }

  mutating func next() -> UInt64 { generator.next() }

  /// A number of 0 ..< 1.
  mutating func nextUniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number from the normal distribution of mean 0 and deviation 1 (Box & Muller 1958).
  mutating func nextNormal() -> Double {
    // 1 − u is above 0, where the logarithm ends.
    let radius = (-2 * log(1 - nextUniform())).squareRoot()
    return radius * cos(2 * .pi * nextUniform())
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
