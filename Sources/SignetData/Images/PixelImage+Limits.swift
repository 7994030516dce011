import SignetModel

extension PixelImage {
  /// Refuses sizes that are too large, or that an image file of so many bytes cannot have,
  /// before anything is allocated for them.
  static func check(width: Int, height: Int, pixelsPerByte: Int, bytes: Int)
    throws(ImageDefect)
  {
    guard width > 0, height > 0 else {
      throw .corrupt(reason: "a size of \(width)×\(height) pixels")
    }
    guard width <= Limits.side, height <= Limits.side, width * height <= Limits.pixels else {
      throw .tooLarge(width: width, height: height, limit: Limits.pixels)
    }
    // Small images cost little, whatever they claim.
    guard width * height <= max(1 << 20, bytes * pixelsPerByte) else {
      throw .implausible(width: width, height: height, bytes: bytes)
    }
  }
}
