/// A decoded image of any size: what a camera, a decoder or a canvas has.
///
/// `Model.input(of:named:)` makes a network's input of it.
public struct PixelImage: Sendable, Hashable {
  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// height × width × channels
  package let bytes: [UInt8]

  /// - Parameters:
  ///   - width: at least 1
  ///   - height: at least 1
  ///   - channels: 1 (grey) or 3 (RGB)
  ///   - bytes: height × width × channels
  package init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }

  /// The image in grey by ITU-R 601.
  package var grey: PixelImage {
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
    return PixelImage(width: width, height: height, channels: 1, bytes: pixels)
  }
}
