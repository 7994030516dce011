extension JSONCursor {
  /// Floats in arrays within arrays, as deep as they come, one after the other.
  ///
  /// - Parameter limit: the most that are taken
  package mutating func floats(limit: Int) throws(Failure) -> [Float] {
    var floats: [Float] = []
    try appendFloats(to: &floats, limit: limit, depth: 0)
    return floats
  }

  private mutating func appendFloats(
    to floats: inout [Float], limit: Int, depth: Int
  ) throws(Failure) {
    guard depth < Self.depthLimit else { throw failure("nested deeper than \(Self.depthLimit)") }
    try expect("[")
    if take("]") { return }
    repeat {
      skipSpace()
      if current == UInt8(ascii: "[") {
        try appendFloats(to: &floats, limit: limit, depth: depth + 1)
      } else {
        guard floats.count < limit else { throw failure("expected at most \(limit) numbers") }
        floats.append(try float())
      }
    } while take(",")
    try expect("]")
  }

  /// A number as RFC 8259 writes it, in the range of floats.
  private mutating func float() throws(Failure) -> Float {
    let start = position
    skip("-")
    let whole = try digits()
    guard whole == 1 || bytes[position - whole] != UInt8(ascii: "0") else {
      throw failure("a number that begins with 0")
    }
    if skip(".") { _ = try digits() }
    if skip("e") || skip("E") {
      if !skip("+") { skip("-") }
      _ = try digits()
    }
    guard let value = Float(String(decoding: bytes[start..<position], as: UTF8.self)),
      value.isFinite
    else { throw Failure(offset: start, reason: "a number that no float can be") }
    return value
  }

  @discardableResult
  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// - Returns: how many there are, at least one
  private mutating func digits() throws(Failure) -> Int {
    let start = position
    while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw failure("expected a digit, found \(found)") }
    return position - start
  }
}
