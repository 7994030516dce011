extension PixelImage {
  /// A part of the image, which must lie within it.
  package func cropped(left: Int, top: Int, width: Int, height: Int) -> PixelImage {
    precondition(left >= 0 && top >= 0 && width > 0 && height > 0)
    precondition(left + width <= self.width && top + height <= self.height)
    if (width, height) == (self.width, self.height) { return self }
    let length = width * channels
    var part: [UInt8] = []
    part.reserveCapacity(length * height)
    for row in top..<top + height {
      let start = (row * self.width + left) * channels
      part += bytes[start..<start + length]
    }
    return PixelImage(width: width, height: height, channels: channels, bytes: part)
  }
}
