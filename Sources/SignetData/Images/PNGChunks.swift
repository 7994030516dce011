import CZlib

/// The segments of a PNG file: four bytes of length, four of type, the content, four of CRC.
struct PNGChunks {
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
  /// Types that only say how colours should look. torchvision's loader ignores them, and networks
  /// are trained with its bytes.
  private static let colourManagement: Set<[UInt8]> = [
    Array("gAMA".utf8), Array("cHRM".utf8), Array("sRGB".utf8), Array("iCCP".utf8),
  ]

  let width: Int
  let height: Int
  let bitsPerPixel: Int
  /// As the header has it: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
  let colourType: UInt8
  /// What remains without colour management, as ranges of the file.
  private let kept: [Range<Int>]
  /// Those that hold the pixels, as ranges of the file.
  private let pixelData: [Range<Int>]
  private let header: Range<Int>

  /// Walks from the signature to the end chunk.
  init(_ bytes: [UInt8]) throws(ImageDefect) {
    var kept = [0..<Self.signature.count]
    var position = Self.signature.count
    var header: ArraySlice<UInt8>?
    var pixelData: [Range<Int>] = []
    while true {
      guard position + 12 <= bytes.count else {
        throw .truncated(reason: "the end chunk (IEND) is missing")
      }
      let length = Self.word(bytes, position)
      let type = Array(bytes[position + 4..<position + 8])
      let end = position + 12 + length
      guard end <= bytes.count else {
        throw .truncated(
          reason: "the chunk at byte \(position) has \(length) bytes, "
            + "the file only \(bytes.count - position - 12) more")
      }
      if header == nil {
        guard type == Array("IHDR".utf8), length == 13 else {
          throw .corrupt(reason: "the first chunk is no header (IHDR)")
        }
        header = bytes[position + 8..<position + 21]
      }
      if type == Array("IDAT".utf8) { pixelData.append(position..<end) }
      if !Self.colourManagement.contains(type) {
        if let last = kept.last, last.upperBound == position {
          kept[kept.count - 1] = last.lowerBound..<end
        } else {
          kept.append(position..<end)
        }
      }
      position = end
      if type == Array("IEND".utf8) { break }
    }
    self.kept = kept
    self.pixelData = pixelData
    // The signature is 8 bytes long, the header 25.
    self.header = 8..<33
    let fields = Array(header ?? [])
    width = Self.word(fields, 0)
    height = Self.word(fields, 4)
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][fields[9]]
    guard let channels, [1, 2, 4, 8, 16].contains(fields[8]) else {
      throw .corrupt(reason: "bit depth \(fields[8]) with colour type \(fields[9])")
    }
    bitsPerPixel = channels * Int(fields[8])
    colourType = fields[9]
  }

  var isPalette: Bool { colourType == 3 }

  /// What the pixels are, in words.
  var kind: String {
    switch colourType {
    case 0: "grey of \(bitsPerPixel) bits"
    case 2: "RGB"
    case 3: "a palette of \(bitsPerPixel) bits"
    case 4: "grey with alpha"
    default: "RGB with alpha"
    }
  }

  /// A file of the same pixels in which colour number i of the palette is the grey i, so that what a
  /// decoder gives are the numbers.
  func withNumberedPalette(_ bytes: [UInt8]) -> [UInt8] {
    let palette = (0..<1 << bitsPerPixel).flatMap { number in
      [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3)
    }
    return Self.signature + bytes[header] + Self.chunk("PLTE", palette)
      + pixelData.flatMap { bytes[$0] } + Self.chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    let checksum = body.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    return bytes(of: content.count) + body + bytes(of: Int(checksum))
  }

  private static func bytes(of word: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }

  func withoutColourManagement(_ bytes: [UInt8]) -> [UInt8] {
    kept.count == 1 ? bytes : kept.reduce(into: []) { $0 += bytes[$1] }
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> Int {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }
}
