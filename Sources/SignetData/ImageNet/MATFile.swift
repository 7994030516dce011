/// Reads structures out of a MATLAB file of level 5 ("MAT-File Format", MathWorks 2023), little-endian,
/// compressed or not.
struct MATFile {
  /// What the fields of a structure hold.
  enum Value: Hashable {
    case text(String)
    case number(Double)
    /// Anything else.
    case other
  }

  private let file: String
  private let bytes: [UInt8]

  /// - Parameter file: names it in messages
  init(_ bytes: [UInt8], file: String) throws(DataError) {
    self.bytes = bytes
    self.file = file
    guard bytes.count >= Self.headerLength else {
      throw .truncated(
        file: file, offset: bytes.count, expected: "a header of \(Self.headerLength) bytes",
        found: "the end of the file")
    }
    guard bytes[124..<128].elementsEqual([0, 1, UInt8(ascii: "I"), UInt8(ascii: "M")]) else {
      throw .format(
        file: file, offset: 124, expected: "MATLAB's format of level 5, little-endian",
        found: "\(Array(bytes[124..<128]))")
    }
  }

  private static let headerLength = 128
  /// Of one variable; ImageNet's table takes half a megabyte.
  private static let unpackedBytes = 64 << 20
  private static let compressed = 15
  private static let matrix = 14
  private static let structure = 2
  private static let text = 4
  private static let numbers = 6...15

  /// The elements of a named array of structures, each with the fields' first numbers and texts.
  /// - Throws: ``DataError`` with the byte, counted in decompressed data where that is compressed.
  func structures(named wanted: String) throws(DataError) -> [[String: Value]] {
    var reader = MATReader(bytes: bytes[...].dropFirst(Self.headerLength), file: file)
    while var element = try reader.element(isPadded: false) {
      var unpacked: [UInt8] = []
      if element.type == Self.compressed {
        unpacked = try Gzip.inflate(Array(element.bytes), limit: Self.unpackedBytes, file: file)
        var inner = MATReader(bytes: unpacked[...], file: file)
        guard let only = try inner.element() else { continue }
        element = only
      }
      guard element.type == Self.matrix else { continue }
      var matrix = MATReader(bytes: element.bytes, file: file)
      let head = try head(&matrix)
      guard head.name == wanted else { continue }
      guard head.kind == Self.structure else {
        throw matrix.wrong("'\(wanted)' to be an array of structures", "class \(head.kind)")
      }
      return try structures(&matrix, count: head.count)
    }
    throw .format(
      file: file, offset: Self.headerLength, expected: "a variable '\(wanted)'", found: "none")
  }

  private struct Head {
    let kind: Int
    let count: Int
    let name: String
  }

  private func head(_ matrix: inout MATReader) throws(DataError) -> Head {
    guard let flags = try matrix.element(), let extents = try matrix.element(),
      let name = try matrix.element(), let kind = flags.bytes.first
    else { throw matrix.wrong("a matrix's flags, extents and name", "the end of the matrix") }
    var count = 1
    for extent in extents.integers {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(0, extent))
      guard !overflow else { throw matrix.wrong("extents of memory's size", "\(extents.integers)") }
      count = product
    }
    return Head(kind: Int(kind), count: count, name: name.text)
  }

  private func structures(
    _ matrix: inout MATReader, count: Int
  ) throws(DataError) -> [[String: Value]] {
    guard let length = try matrix.element()?.integers.first, let names = try matrix.element(),
      length > 0, names.bytes.count % length == 0
    else { throw matrix.wrong("the names of fields", "other data") }
    let fields = (0..<names.bytes.count / length).map { field in
      String(
        decoding: names.bytes.dropFirst(field * length).prefix(length).prefix { $0 != 0 },
        as: UTF8.self)
    }
    // Each value takes at least the eight bytes of its tag.
    guard count <= matrix.bytes.count / 8 + 1 else {
      throw matrix.wrong("\(count) structures", "\(matrix.bytes.count) bytes")
    }
    var structures: [[String: Value]] = []
    for _ in 0..<count {
      var structure: [String: Value] = [:]
      for field in fields {
        guard let element = try matrix.element() else {
          throw matrix.wrong("a value of '\(field)'", "the end of the matrix")
        }
        structure[field] = try value(element)
      }
      structures.append(structure)
    }
    return structures
  }

  private func value(_ element: MATReader.Element) throws(DataError) -> Value {
    guard element.type == Self.matrix, !element.bytes.isEmpty else { return .other }
    var matrix = MATReader(bytes: element.bytes, file: file)
    let head = try head(&matrix)
    if head.kind == Self.text { return .text(try matrix.element()?.text ?? "") }
    guard Self.numbers.contains(head.kind), let number = try matrix.element()?.number else {
      return .other
    }
    return .number(number)
  }
}

/// The elements of a MATLAB file, one after the other.
struct MATReader {
  struct Element {
    let type: Int
    let bytes: ArraySlice<UInt8>

    /// The type's number says how wide its integers are.
    private var width: Int? { [1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 12: 8, 13: 8][type] }

    /// Of any width, signed or not.
    var integers: [Int] {
      guard let width else { return [] }
      return stride(from: bytes.startIndex, through: bytes.endIndex - width, by: width).map {
        place in
        var bits: UInt64 = 0
        for byte in bytes[place..<place + width].reversed() { bits = bits << 8 | UInt64(byte) }
        guard [1, 3, 5, 12].contains(type) else { return Int(truncatingIfNeeded: bits) }
        let unused = UInt64(64 - 8 * width)
        return Int(Int64(bitPattern: bits << unused) >> Int64(unused))
      }
    }

    var number: Double? {
      func bits(_ count: Int) -> UInt64 {
        bytes.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
      }
      switch type {
      case 7 where bytes.count >= 4: return Double(Float(bitPattern: UInt32(bits(4))))
      case 9 where bytes.count >= 8: return Double(bitPattern: bits(8))
      default: return integers.first.map(Double.init)
      }
    }

    /// Of UTF-8, or of units of 16 bits.
    var text: String {
      if width == 2 || type == 17 {
        return String(
          decoding: stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
            UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
          }, as: UTF16.self)
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  var bytes: ArraySlice<UInt8>
  let file: String

  /// - Parameter isPadded: whether it fills a multiple of eight bytes, as all but those of the file
  ///   itself do that are compressed
  /// - Returns: `nil` at the end
  mutating func element(isPadded: Bool = true) throws(DataError) -> Element? {
    guard !bytes.isEmpty else { return nil }
    guard bytes.count >= 8 else { throw wrong("a tag of 8 bytes", "\(bytes.count)") }
    let first = word(at: 0)
    if first >> 16 != 0 {
      // Up to four bytes lie in the tag itself.
      let count = min(4, first >> 16)
      defer { bytes = bytes.dropFirst(8) }
      return Element(type: first & 0xffff, bytes: bytes.dropFirst(4).prefix(count))
    }
    let count = word(at: 4)
    let content = bytes.dropFirst(8)
    guard count <= content.count else { throw wrong("\(count) bytes", "\(content.count)") }
    let isCompressed = first == 15
    let filled = isPadded || !isCompressed ? (count + 7) / 8 * 8 : count
    bytes = content.dropFirst(filled)
    return Element(type: first, bytes: content.prefix(count))
  }

  func wrong(_ expected: String, _ found: String) -> DataError {
    .format(file: file, offset: bytes.startIndex, expected: expected, found: found)
  }

  private func word(at place: Int) -> Int {
    bytes.dropFirst(place).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
