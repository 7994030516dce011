import CPNG
import Foundation

extension PNG {
  /// The file of an image.
  ///
  /// - Parameters:
  ///   - pixels: height × width × channels
  ///   - channels: 1 (grey) or 3 (RGB)
  /// - Returns: `nil` if libpng has no memory for it
  package static func encode(
    _ pixels: [UInt8], width: Int, height: Int, channels: Int
  ) -> Data? {
    guard pixels.count == width * height * channels, channels == 1 || channels == 3,
      let columns = UInt32(exactly: width), let rows = UInt32(exactly: height)
    else { return nil }
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    (image.width, image.height) = (columns, rows)
    image.format = channels == 3 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0
    defer { png_image_free(&image) }
    var size = 0
    guard png_image_write_to_memory(&image, nil, &size, 0, pixels, 0, nil) != 0 else { return nil }
    var data = Data(count: size)
    let isWritten = data.withUnsafeMutableBytes { bytes in
      png_image_write_to_memory(&image, bytes.baseAddress, &size, 0, pixels, 0, nil) != 0
    }
    return isWritten ? data.prefix(size) : nil
  }
}
