import SignetModel

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// An RGB image in a binary PPM file ("P6"): the one format that needs no library to read, and that
/// every image tool writes.
struct PixelMap {
  let width: Int
  let height: Int
  /// height × width × 3
  let bytes: [UInt8]

  /// Sides of more pixels are refused.
  static let longestSide = 1 << 14

  init(contentsOf url: URL) throws(PixelMapError) {
    guard let data = try? Data(contentsOf: url) else { throw .unreadable(file: url.path) }
    let contents = [UInt8](data)
    var header = HeaderReader(bytes: contents)
    guard header.word() == "P6", let width = header.number(), let height = header.number(),
      header.number() == 255
    else { throw .notPixelMap(file: url.path) }
    guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height) else {
      throw .size(file: url.path, width: width, height: height)
    }
    // One white-space byte parts the header from the pixels.
    let pixels = contents.dropFirst(header.position + 1)
    let expected = width * height * 3
    guard pixels.count >= expected else {
      throw .truncated(file: url.path, expected: expected, found: pixels.count)
    }
    self.width = width
    self.height = height
    bytes = Array(pixels.prefix(expected))
  }
}

extension PixelMap {
  /// What a model makes its input of.
  func image() throws(PixelImageError) -> PixelImage {
    try PixelImage(bytes, width: width, height: height, layout: .rgb)
  }
}

/// Words and numbers parted by white space; comments run from `#` to the end of the line.
private struct HeaderReader {
  let bytes: [UInt8]
  private(set) var position = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private static let space: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]

  mutating func word() -> String {
    var isComment = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "#") { isComment = true }
      if byte == 0x0a { isComment = false }
      guard isComment || Self.space.contains(byte) else { break }
      position += 1
    }
    let start = position
    while position < bytes.count, !Self.space.contains(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  mutating func number() -> Int? { Int(word()) }
}
