import Foundation
import SignetModel

/// JPEG and PNG files; the content decides which it is, not the name.
public enum ImageFile {
  /// The image as bytes C×H×W, row-major, resized and centre-cropped to `shape`, in the channel
  /// order of `preprocessing`: what torchvision's `Resize` (bilinear, anti-aliased) and
  /// `CenterCrop` make of it.
  /// - Throws: ``DataError/image(file:_:)`` for a file that cannot be decoded, or another
  ///   ``DataError`` if it cannot be read.
  public static func pixels(contentsOf url: URL, shape: Shape, preprocessing: Preprocessing)
    throws(DataError) -> [UInt8]
  {
    let bytes = try FileBytes.read(url, limit: Limits.imageBytes)
    return try pixels(decoding: bytes, name: url.path, shape: shape, preprocessing: preprocessing)
  }

  /// The same for a file that is in memory; `name` is what an error calls it.
  public static func pixels(
    decoding bytes: [UInt8], name: String, shape: Shape, preprocessing: Preprocessing
  ) throws(DataError) -> [UInt8] {
    let isGrey = preprocessing.channelOrder == .grey
    try check(shape, preprocessing)
    do throws(ImageDefect) {
      let image = try decode(bytes)
      return ImageFit(image: isGrey ? image.grey : image, shape: shape, preprocessing).planes()
    } catch {
      throw .image(file: name, error)
    }
  }

  static func check(_ shape: Shape, _ preprocessing: Preprocessing) throws(DataError) {
    let channels = preprocessing.channelOrder == .grey ? 1 : 3
    guard shape.isMap, shape.channels == channels, shape.checkedElementCount != nil else {
      throw .channels(
        order: preprocessing.channelOrder, shape: shape, means: preprocessing.mean.count,
        deviations: preprocessing.std.count)
    }
  }

  /// Width and height in pixels, as the file's header has them.
  package static func size(of url: URL) throws(DataError) -> (width: Int, height: Int) {
    try size(decoding: FileBytes.read(url, limit: Limits.imageBytes), name: url.path)
  }

  /// The same for a file that is in memory; `name` is what an error calls it.
  package static func size(
    decoding bytes: [UInt8], name: String
  ) throws(DataError) -> (width: Int, height: Int) {
    do throws(ImageDefect) {
      if JPEG.hasSignature(bytes) { return try JPEG.size(bytes) }
      guard PNG.hasSignature(bytes) else { throw .unknownFormat(found: formatName(of: bytes)) }
      let chunks = try PNGChunks(bytes)
      return (chunks.width, chunks.height)
    } catch {
      throw .image(file: name, error)
    }
  }

  static func decode(_ bytes: [UInt8]) throws(ImageDefect) -> PixelImage {
    if JPEG.hasSignature(bytes) { return try JPEG.decode(bytes) }
    if PNG.hasSignature(bytes) { return try PNG.decode(bytes) }
    throw .unknownFormat(found: formatName(of: bytes))
  }

  /// What a file that is no JPEG or PNG seems to be.
  private static func formatName(of bytes: [UInt8]) -> String {
    let signatures: [(String, [UInt8])] = [
      ("GIF", Array("GIF8".utf8)), ("BMP", Array("BM".utf8)), ("TIFF", Array("II*\0".utf8)),
      ("TIFF", Array("MM\0*".utf8)), ("WebP or another RIFF file", Array("RIFF".utf8)),
      ("JPEG 2000", [0, 0, 0, 0x0c, 0x6a, 0x50]), ("PDF", Array("%PDF".utf8)),
      ("PNM", Array("P5".utf8)), ("PNM", Array("P6".utf8)), ("HTML or XML", Array("<".utf8)),
    ]
    if let known = signatures.first(where: { bytes.starts(with: $0.1) }) { return known.0 }
    if bytes.isEmpty { return "an empty file" }
    let first = bytes.prefix(8).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "the bytes " + first.joined(separator: " ")
  }
}
