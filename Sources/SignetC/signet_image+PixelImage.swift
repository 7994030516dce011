import CSignet
import SignetModel

extension signet_image {
  /// A copy of the pixels.
  func pixelImage() throws -> PixelImage {
    let expected = MemoryLayout<signet_image>.size
    guard size >= expected else {
      throw ArgumentError.structureSize(of: "signet_image", expected: expected, found: size)
    }
    guard let pixels else { throw ArgumentError.null("image.pixels") }
    let layouts: [PixelImage.Layout] = [.rgba, .bgra, .argb, .rgb, .bgr, .grey]
    guard
      let layout = layouts.indices.contains(Int(layout.rawValue))
        ? layouts[Int(layout.rawValue)] : nil
    else { throw ArgumentError.layout(Int(layout.rawValue), count: layouts.count) }
    guard width <= PixelImage.longestSide, height <= PixelImage.longestSide,
      row_bytes <= 1 << 31, width > 0, height > 0
    else { throw PixelImageError.size(width: Int(clamping: width), height: Int(clamping: height)) }
    let row = row_bytes == 0 ? width * layout.byteCount : row_bytes
    // The last row needs only its pixels.
    let count = (height - 1) * row + width * layout.byteCount
    return try PixelImage(
      copying: UnsafeRawBufferPointer(start: pixels, count: count), width: width, height: height,
      layout: layout, rowBytes: row)
  }
}
