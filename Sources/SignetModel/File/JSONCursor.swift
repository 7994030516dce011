/// A strict reader of JSON from strangers, such as a safetensors header: it sees duplicate keys, which a
/// decoder into dictionaries cannot, and allocates no more than the text is long.
///
/// It recurses no deeper than ``depthLimit``, whatever the text says.
package struct JSONCursor {
  package struct Failure: Error {
    /// Bytes from the start of the text.
    package let offset: Int
    package let reason: String
  }

  /// Deepest nesting of objects and arrays that is skipped over.
  static let depthLimit = 32

  let bytes: [UInt8]
  package internal(set) var position = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package func failure(_ reason: String) -> Failure {
    Failure(offset: position, reason: reason)
  }

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  /// Whether the next token is `character`; consumes it if so.
  package mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  package mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
    guard take(character) else { throw failure("expected '\(character)', found \(found)") }
  }

  package func expectEnd() throws(Failure) {
    var rest = self
    rest.skipSpace()
    guard rest.current == nil else { throw rest.failure("expected the end, found \(rest.found)") }
  }

  var found: String {
    guard let current else { return "the end" }
    let isPrintable = (0x21...0x7e).contains(current)
    return isPrintable ? "'\(Unicode.Scalar(current))'" : "byte \(current)"
  }

  /// Reads an object; `member` reads the value of each key.
  package mutating func object(
    _ member: (inout JSONCursor, String) throws(Failure) -> Void
  ) throws(Failure) {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string().text
      try expect(":")
      try member(&self, key)
    } while take(",")
    try expect("}")
  }

  /// An array of numbers that count something.
  package mutating func counts(limit: Int) throws(Failure) -> [Int] {
    var counts: [Int] = []
    try expect("[")
    if take("]") { return counts }
    repeat {
      guard counts.count < limit else { throw failure("expected at most \(limit) numbers") }
      counts.append(try count())
    } while take(",")
    try expect("]")
    return counts
  }

  private mutating func count() throws(Failure) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = current, (0x30...0x39).contains(byte) {
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = scaled.addingReportingOverflow(Int(byte - 0x30))
      guard !overflow, !carry else { throw failure("expected a 64-bit number") }
      value = sum
      position += 1
    }
    let hasLeadingZero = position > start + 1 && bytes[start] == 0x30
    guard position > start, !hasLeadingZero else {
      throw failure("expected a non-negative whole number, found \(found)")
    }
    return value
  }

  /// A string and the range of its raw text between the quotation marks.
  mutating func string() throws(Failure) -> (text: String, range: Range<Int>) {
    try expect("\"")
    let start = position
    var text: [UInt8] = []
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("a control character in a string") }
      if byte == UInt8(ascii: "\\") {
        try appendEscape(to: &text)
      } else {
        text.append(byte)
        position += 1
      }
    }
    let range = start..<position
    try expect("\"")
    let string = String(decoding: text, as: UTF8.self)
    guard string.utf8.elementsEqual(text) else {
      throw Failure(offset: start, reason: "a string that is not UTF-8")
    }
    return (string, range)
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5c, UInt8(ascii: "/"): 0x2f,
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0c, UInt8(ascii: "n"): 0x0a,
    UInt8(ascii: "r"): 0x0d, UInt8(ascii: "t"): 0x09,
  ]

  private mutating func appendEscape(to text: inout [UInt8]) throws(Failure) {
    position += 1
    guard let kind = current else { throw failure("a string without an end") }
    position += 1
    if let plain = Self.escapes[kind] {
      text.append(plain)
      return
    }
    guard kind == UInt8(ascii: "u") else { throw failure("an unknown escape in a string") }
    var code = try hexadecimal()
    if (0xd800..<0xdc00).contains(code) {
      guard current == UInt8(ascii: "\\") else { throw failure("half a surrogate pair") }
      position += 1
      guard current == UInt8(ascii: "u") else { throw failure("half a surrogate pair") }
      position += 1
      let low = try hexadecimal()
      guard (0xdc00..<0xe000).contains(low) else { throw failure("half a surrogate pair") }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
    text.append(contentsOf: Array(String(scalar).utf8))
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// Passes over any value, nested no deeper than ``depthLimit``, whose objects say nothing twice.
  package mutating func skipValue(depth: Int = 0) throws(Failure) {
    guard depth < Self.depthLimit else { throw failure("nested deeper than \(Self.depthLimit)") }
    skipSpace()
    switch current {
    case UInt8(ascii: "\""):
      _ = try string()
    case UInt8(ascii: "{"):
      var seen: Set<String> = []
      try object { (cursor, key) throws(Failure) in
        guard seen.insert(key).inserted else {
          throw cursor.failure("'\(key)' appears twice in one object")
        }
        try cursor.skipValue(depth: depth + 1)
      }
    case UInt8(ascii: "["):
      position += 1
      if take("]") { return }
      repeat { try skipValue(depth: depth + 1) } while take(",")
      try expect("]")
    default:
      let start = position
      while let byte = current, isLiteral(byte) { position += 1 }
      guard position > start else { throw failure("expected a value, found \(found)") }
    }
  }

  private func isLiteral(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2d, 0x2e: true
    default: false
    }
  }
}
