/// Why an image cannot be shown to a network.
enum PixelMapError: Error {
  case unreadable(file: String)
  case notPixelMap(file: String)
  case size(file: String, width: Int, height: Int)
  case truncated(file: String, expected: Int, found: Int)
}

extension PixelMapError: CustomStringConvertible {
  var description: String {
    switch self {
    case .unreadable(let file):
      "\(file): cannot be read"
    case .notPixelMap(let file):
      "\(file): expected a binary PPM image (P6, 255); "
        + "ImageMagick makes one with: convert IMAGE image.ppm"
    case .size(let file, let width, let height):
      "\(file): expected sides of 1 to \(PixelMap.longestSide) pixels, found \(width)×\(height)"
    case .truncated(let file, let expected, let found):
      "\(file): expected \(expected) bytes of pixels, found \(found)"
    }
  }
}
