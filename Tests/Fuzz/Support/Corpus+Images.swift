import CPNG
import CTurboJPEG

extension Corpus {
  /// Small JPEG and PNG files of every kind that the decoders tell apart.
  static var images: [[UInt8]] {
    var images: [[UInt8]] = []
    for subsampling in [TJSAMP_444, TJSAMP_420, TJSAMP_GRAY] {
      for flags in [0, TJFLAG_PROGRESSIVE] {
        images.append(jpeg(subsampling, flags: flags))
      }
    }
    // Grey, colour, with alpha, 16 bits linear, with a palette; libpng's names for most are macros
    // that Swift does not see.
    let (alpha, colour, linear, palette) = (UInt32(1), UInt32(2), UInt32(4), UInt32(8))
    for format in [0, colour, colour | alpha, alpha, colour | linear, colour | palette] {
      images.append(png(format))
    }
    return images.filter { !$0.isEmpty }
  }

  private static let side: Int32 = 19

  private static func pixels(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 / 7 + $0) }
  }

  private static func jpeg(_ subsampling: TJSAMP, flags: Int32) -> [UInt8] {
    let handle = tjInitCompress()
    defer { tjDestroy(handle) }
    var buffer: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    let source = pixels(Int(side * side) * 3)
    let status = tjCompress2(
      handle, source, side, 0, side, Int32(TJPF_RGB.rawValue), &buffer, &size,
      Int32(subsampling.rawValue), 80, flags)
    defer { tjFree(buffer) }
    guard status == 0, let buffer else { return [] }
    return Array(UnsafeBufferPointer(start: buffer, count: Int(size)))
  }

  private static func png(_ format: UInt32) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(side)
    image.height = UInt32(side)
    image.format = format
    image.colormap_entries = 16
    let isIndexed = format & 8 != 0
    let source = pixels(Int(side * side) * 8).map { isIndexed ? $0 % 16 : $0 }
    let colours = pixels(16 * 4)
    var size = png_alloc_size_t(1 << 16)
    var bytes = [UInt8](repeating: 0, count: size)
    let status = png_image_write_to_memory(&image, &bytes, &size, 0, source, 0, colours)
    png_image_free(&image)
    return status == 0 ? [] : Array(bytes.prefix(size))
  }
}
