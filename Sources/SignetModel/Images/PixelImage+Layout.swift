extension PixelImage {
  /// How the bytes of a pixel follow each other. Alpha is passed over.
  public enum Layout: String, Sendable, CaseIterable {
    /// Four bytes each; the last or the first is alpha.
    case rgba, bgra, argb
    /// Three bytes each.
    case rgb, bgr
    /// One byte.
    case grey

    /// Of a pixel.
    public var byteCount: Int {
      switch self {
      case .rgba, .bgra, .argb: 4
      case .rgb, .bgr: 3
      case .grey: 1
      }
    }

    /// Where red, green and blue stand, or grey.
    fileprivate var places: [Int] {
      switch self {
      case .rgba, .rgb: [0, 1, 2]
      case .bgra, .bgr: [2, 1, 0]
      case .argb: [1, 2, 3]
      case .grey: [0]
      }
    }
  }

  /// No side is longer, nor the pixels more.
  public static let longestSide = 1 << 16
  /// A hundred million.
  public static let mostPixels = 100_000_000

  /// Copies the pixels of a buffer.
  ///
  /// - Parameters:
  ///   - bytes: height rows of `rowBytes` each; the last needs only its pixels
  ///   - width: pixels of a row, at least 1
  ///   - height: rows, at least 1
  ///   - layout: how the bytes of a pixel follow each other
  ///   - rowBytes: from a row's start to the next one's; `nil`: rows follow each other closely
  /// - Throws: ``PixelImageError`` if the size is not one of an image, or there are too few bytes.
  public init(
    _ bytes: [UInt8], width: Int, height: Int, layout: Layout, rowBytes: Int? = nil
  ) throws(PixelImageError) {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(PixelImageError) in
        try PixelImage(
          copying: raw, width: width, height: height, layout: layout, rowBytes: rowBytes)
      }
    }
    self = try result.get()
  }

  /// Copies the pixels of a buffer that somebody else owns.
  package init(
    copying raw: UnsafeRawBufferPointer, width: Int, height: Int, layout: Layout, rowBytes: Int?
  ) throws(PixelImageError) {
    guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height),
      width * height <= Self.mostPixels
    else { throw .size(width: width, height: height) }
    let step = layout.byteCount
    let rowBytes = rowBytes ?? width * step
    guard rowBytes >= width * step, rowBytes <= 1 << 31 else {
      throw .rowBytes(expected: width * step, found: rowBytes)
    }
    let needed = (height - 1) * rowBytes + width * step
    guard raw.count >= needed else { throw .bytes(expected: needed, found: raw.count) }
    let places = layout.places
    let bytes = [UInt8](unsafeUninitializedCapacity: width * height * places.count) {
      target, filled in
      for row in 0..<height {
        let start = row * rowBytes
        let pixels = UnsafeRawBufferPointer(rebasing: raw[start..<start + width * step])
        for (channel, place) in places.enumerated() {
          var (from, to) = (place, filled + channel)
          while from < pixels.count {
            target[to] = pixels[from]
            from += step
            to += places.count
          }
        }
        filled += width * places.count
      }
    }
    self.init(width: width, height: height, channels: places.count, bytes: bytes)
  }
}
