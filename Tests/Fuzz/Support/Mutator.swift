/// Damages files the way transfers, bugs and attackers do.
struct Mutator {
  var random: FuzzRandom

  /// Bytes that mean something in varints, lengths and markers.
  private static let telling: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x10, 0x20, 0x2d, 0x39]
  private static let words: [[UInt8]] = [
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0xff, 0xff, 0xff, 0x7f],
    [0, 0, 0, 0x80], [0x80, 0x80, 0x80, 0x80, 0x08], Array("-1".utf8),
    Array("9223372036854775807".utf8), Array("[[".utf8), Array("{\"".utf8),
  ]

  /// A damaged copy of `bytes`; `other` lends parts.
  mutating func mutated(_ bytes: [UInt8], other: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<(1 + random.below(random.chance(4) ? 16 : 3)) {
      mutate(&result, other)
    }
    return result
  }

  private mutating func mutate(_ bytes: inout [UInt8], _ other: [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = Array(other.prefix(random.below(64)))
      return
    }
    let place = random.below(bytes.count)
    let length = min(1 + random.below(random.chance(8) ? 4096 : 24), bytes.count - place)
    switch random.below(9) {
    case 0, 1: bytes[place] ^= 1 << UInt8(random.below(8))
    case 2: bytes[place] = random.pick(Self.telling)
    case 3: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 4: bytes.removeSubrange(place..<place + length)
    case 5: bytes.insert(contentsOf: bytes[place..<place + length], at: random.below(bytes.count))
    case 6:
      let word = random.pick(Self.words)
      let end = min(place + word.count, bytes.count)
      bytes.replaceSubrange(place..<end, with: word)
    case 7 where !other.isEmpty:
      let start = random.below(other.count)
      let part = other[start..<min(start + length, other.count)]
      bytes.replaceSubrange(place..<place + length, with: part)
    default:
      if random.chance(3) { bytes.removeSubrange(place...) } else { bytes[place] &+= 1 }
    }
  }
}
