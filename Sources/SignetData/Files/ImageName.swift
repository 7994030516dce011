/// Which names are those of images.
enum ImageName {
  /// What torchvision takes for images. Formats that cannot be decoded are listed too, so that
  /// they are named instead of dropped.
  static let extensions: Set<String> = [
    "jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp",
  ]

  static func isImage(_ name: ArraySlice<UInt8>) -> Bool {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else {
      return false
    }
    let suffix = name[(dot + 1)...]
    guard (3...4).contains(suffix.count) else { return false }
    return extensions.contains(String(decoding: suffix, as: UTF8.self).lowercased())
  }
}
