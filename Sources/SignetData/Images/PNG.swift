import CPNG
import SignetModel

/// PNG by libpng's simplified interface, which lets no `longjmp` reach Swift.
package enum PNG {
  /// Deflate makes at most 1032 bytes of one.
  private static let inflation = 1032

  static func hasSignature(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: PNGChunks.signature)
  }

  /// The pixels as the file stores them, as Pillow gives them: 16-bit values are rounded to 8
  /// bits, palettes looked up, alpha dropped, and colour management left out.
  static func decode(_ bytes: [UInt8]) throws(ImageDefect) -> PixelImage {
    let chunks = try PNGChunks(bytes)
    return try decode(chunks.withoutColourManagement(bytes), as: chunks)
  }

  /// The numbers of a grey or palette file as it stores them: grey values of fewer than 8 bits are
  /// not stretched, palettes not looked up.
  static func numbers(_ bytes: [UInt8], _ chunks: PNGChunks) throws(ImageDefect) -> [UInt8] {
    if chunks.isPalette {
      let image = try decode(chunks.withNumberedPalette(bytes), as: chunks)
      return stride(from: 0, to: image.bytes.count, by: image.channels).map { image.bytes[$0] }
    }
    let image = try decode(chunks.withoutColourManagement(bytes), as: chunks)
    // libpng stretches 0 … 2ᵇ − 1 to 0 … 255.
    let step = 255 / UInt8(truncatingIfNeeded: 1 << chunks.bitsPerPixel - 1)
    return step == 1 ? image.bytes : image.bytes.map { $0 / step }
  }

  /// - Parameter source: a file of the size and the kind of pixels that `chunks` say
  private static func decode(
    _ source: [UInt8], as chunks: PNGChunks
  ) throws(ImageDefect) -> PixelImage {
    try PixelImage.check(
      width: chunks.width, height: chunks.height,
      pixelsPerByte: inflation * 8 / chunks.bitsPerPixel, bytes: source.count)
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    let result = source.withUnsafeBytes { source in
      Result { () throws(ImageDefect) in
        let begun = png_image_begin_read_from_memory(&image, source.baseAddress, source.count)
        guard begun != 0 else { throw .corrupt(reason: message(image)) }
        guard Int(image.width) == chunks.width, Int(image.height) == chunks.height else {
          throw .corrupt(reason: "two sizes")
        }
        return try read(&image)
      }
    }
    return try result.get()
  }

  private static func read(_ image: inout png_image) throws(ImageDefect) -> PixelImage {
    // Without this, 16-bit files would be taken for linear light.
    image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let hasColour = image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0
    // Alpha is read even where it is dropped: otherwise libpng would mix in a background.
    image.format = UInt32(PNG_FORMAT_FLAG_ALPHA) | (hasColour ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0)
    let channels = hasColour ? 3 : 1
    let area = Int(image.width) * Int(image.height)
    let rowLength = Int32(image.width) * Int32(channels + 1)
    var succeeded = false
    let pixels = [UInt8](unsafeUninitializedCapacity: area * (channels + 1)) { buffer, filled in
      succeeded = png_image_finish_read(&image, nil, buffer.baseAddress, rowLength, nil) != 0
      if succeeded { dropAlpha(buffer, count: area, channels: channels) }
      filled = succeeded ? area * channels : 0
    }
    guard succeeded else { throw .corrupt(reason: message(image)) }
    return PixelImage(
      width: Int(image.width), height: Int(image.height), channels: channels, bytes: pixels)
  }

  /// Packs count × (channels + 1) into count × channels in place.
  private static func dropAlpha(
    _ pixels: UnsafeMutableBufferPointer<UInt8>, count: Int, channels: Int
  ) {
    for pixel in 0..<count {
      for channel in 0..<channels {
        pixels[pixel * channels + channel] = pixels[pixel * (channels + 1) + channel]
      }
    }
  }

  private static func message(_ image: png_image) -> String {
    withUnsafeBytes(of: image.message) { text in
      let text = text.prefix { $0 != 0 }
      return text.isEmpty ? "unknown error" : String(decoding: text, as: UTF8.self)
    }
  }
}
