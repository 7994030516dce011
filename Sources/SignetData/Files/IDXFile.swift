import Foundation

/// An IDX file of unsigned bytes (the format of MNIST): the magic number 0x0000 08 `dimensions`,
/// one big-endian 32-bit extent per dimension, then the elements in row-major order.
struct IDXFile {
  let file: String
  /// Outermost first; all positive.
  let extents: [Int]
  /// The whole file, uncompressed.
  let bytes: [UInt8]
  /// Offset of the elements in `bytes`.
  let firstElement: Int

  init(_ url: URL, dimensions: Int) throws(DataError) {
    file = url.path
    firstElement = 4 + 4 * dimensions
    let stored = try FileBytes.read(url, limit: Limits.datasetBytes)
    let isCompressed = Gzip.isCompressed(stored)
    let header =
      isCompressed
      ? try Gzip.inflate(stored, limit: firstElement, file: file)
      : Array(stored.prefix(firstElement))
    extents = try Self.extents(in: header, dimensions: dimensions, file: file)
    var length = firstElement
    var elements = 1
    for extent in extents {
      let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Limits.datasetBytes else {
        throw .format(
          file: file, offset: 4, expected: "at most \(Limits.datasetBytes) elements",
          found: extents.map(String.init).joined(separator: "×"))
      }
      elements = product
    }
    length += elements
    // One byte more than expected is enough to see that a file is too long.
    bytes = isCompressed ? try Gzip.inflate(stored, limit: length + 1, file: file) : stored
    guard bytes.count >= length else {
      throw .truncated(
        file: file, offset: bytes.count, expected: "\(length) bytes", found: "\(bytes.count)")
    }
    guard bytes.count == length else {
      throw .format(
        file: file, offset: length, expected: "the end of the file", found: "more bytes")
    }
  }

  private static func extents(in header: [UInt8], dimensions: Int, file: String)
    throws(DataError) -> [Int]
  {
    guard header.count == 4 + 4 * dimensions else {
      throw .truncated(
        file: file, offset: header.count, expected: "an IDX header of \(4 + 4 * dimensions) bytes",
        found: "\(header.count)")
    }
    let words = (0...dimensions).map { word in
      header[4 * word..<4 * word + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    let magic = 0x0800 + dimensions
    guard words[0] == magic else {
      throw .format(
        file: file, offset: 0, expected: "the magic number \(hexadecimal(magic))",
        found: hexadecimal(words[0]))
    }
    if let empty = words.dropFirst().firstIndex(of: 0) {
      throw .format(file: file, offset: 4 * empty, expected: "a positive extent", found: "0")
    }
    return Array(words.dropFirst())
  }

  private static func hexadecimal(_ word: Int) -> String {
    let digits = String(word, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
