/// One block of 512 bytes that says what follows it in a tar archive: ustar (POSIX.1-1988), pax
/// (POSIX.1-2001), GNU's and the first format, which differ in a few fields.
struct TarHeader {
  static let length = 512

  enum Kind: Hashable {
    case file, folder
    /// The name, or the target of a link, of the member that follows.
    case longName, longLink
    /// Records on the member that follows, and on all that follow.
    case extended, global
    /// What has no bytes that could be read, in words.
    case other(String)
  }

  /// Why a block is no header; `offset` is the field's in the block.
  struct Defect: Error, Hashable {
    let offset: Int
    let expected: String
    let found: String
  }

  /// UTF-8, as far as anybody knows
  let name: [UInt8]
  let size: Int
  let kind: Kind

  /// - Parameter block: 512 bytes
  init(_ block: ArraySlice<UInt8>) throws(Defect) {
    func field(_ range: Range<Int>) -> ArraySlice<UInt8> {
      block[block.startIndex + range.lowerBound..<block.startIndex + range.upperBound]
    }
    func text(_ range: Range<Int>) -> [UInt8] { Array(field(range).prefix { $0 != 0 }) }
    let checksum = try Self.number(field(148..<156), at: 148)
    // The sum is made with blanks in its own place.
    let sum =
      block.reduce(0) { $0 + Int($1) } - field(148..<156).reduce(0) { $0 + Int($1) } + 8 * 32
    guard sum == checksum else {
      throw Defect(
        offset: 148, expected: "a member's header with the checksum \(sum)", found: "\(checksum)")
    }
    size = try Self.number(field(124..<136), at: 124)
    var name = text(0..<100)
    // GNU has other fields where POSIX has the prefix, and a blank after its mark.
    let prefix = text(345..<500)
    if Array(field(257..<263)) == Array("ustar\0".utf8), !prefix.isEmpty {
      name = prefix + [UInt8(ascii: "/")] + name
    }
    self.name = name
    kind = try Self.kind(field(156..<157).first ?? 0, name: name)
  }

  private static func kind(_ flag: UInt8, name: [UInt8]) throws(Defect) -> Kind {
    switch flag {
    // The first format marks folders by their names.
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
      return name.last == UInt8(ascii: "/") ? .folder : .file
    case UInt8(ascii: "1"): return .other("a hard link")
    case UInt8(ascii: "2"): return .other("a symbolic link")
    case UInt8(ascii: "3"), UInt8(ascii: "4"): return .other("a device")
    case UInt8(ascii: "5"), UInt8(ascii: "D"): return .folder
    case UInt8(ascii: "6"): return .other("a pipe")
    case UInt8(ascii: "S"): return .other("a sparse file")
    case UInt8(ascii: "M"): return .other("the rest of a file of another volume")
    case UInt8(ascii: "V"): return .other("a volume's name")
    case UInt8(ascii: "L"): return .longName
    case UInt8(ascii: "K"): return .longLink
    case UInt8(ascii: "x"): return .extended
    case UInt8(ascii: "g"): return .global
    default:
      throw Defect(
        offset: 156, expected: "a known kind of member", found: "kind \(flag)")
    }
  }

  /// Octal digits between blanks or zeros, or, where the first bit is set, a binary number.
  private static func number(_ field: ArraySlice<UInt8>, at offset: Int) throws(Defect) -> Int {
    if let first = field.first, first & 0x80 != 0 {
      // The second bit is the sign.
      let digits = [first & 0x3f] + field.dropFirst()
      let large = digits.dropLast(7).contains { $0 != 0 }
      guard first & 0x40 == 0, !large else {
        throw Defect(offset: offset, expected: "a number below 2⁵⁶", found: "another")
      }
      return digits.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let blanks: Set<UInt8> = [0, 32]
    let digits = field.drop { $0 == 32 }.prefix { !blanks.contains($0) }
    // Twelve digits have 36 bits.
    guard digits.allSatisfy({ (48...55).contains($0) }) else {
      throw Defect(offset: offset, expected: "an octal number", found: "other bytes")
    }
    return digits.reduce(0) { $0 << 3 | Int($1 - 48) }
  }
}
