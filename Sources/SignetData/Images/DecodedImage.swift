/// An image as it comes out of a file.
struct DecodedImage {
  let width: Int
  let height: Int
  /// 1 (grey) or 3 (RGB).
  let channels: Int
  /// height × width × channels
  let bytes: [UInt8]

  /// The image in grey by ITU-R 601.
  var grey: DecodedImage {
    guard channels == 3 else { return self }
    let pixels = bytes.withUnsafeBufferPointer { bytes in
      [UInt8](unsafeUninitializedCapacity: width * height) { grey, count in
        var index = 0
        while index < width * height {
          grey[index] = Luma.grey(bytes[3 * index], bytes[3 * index + 1], bytes[3 * index + 2])
          index += 1
        }
        count = index
      }
    }
    return DecodedImage(width: width, height: height, channels: 1, bytes: pixels)
  }

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
