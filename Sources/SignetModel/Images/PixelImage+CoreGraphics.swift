#if canImport(CoreGraphics)
  import CoreGraphics

  extension PixelImage {
    /// The image's pixels in sRGB, drawn over black where they are transparent.
    ///
    /// - Throws: ``PixelImageError/size(width:height:)`` for an image without pixels, or too large.
    public init(_ image: CGImage) throws(PixelImageError) {
      let (width, height) = (image.width, image.height)
      guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height),
        width * height <= Self.mostPixels, let space = CGColorSpace(name: CGColorSpace.sRGB)
      else { throw .size(width: width, height: height) }
      var bytes = [UInt8](repeating: 0, count: width * height * 4)
      let isDrawn = bytes.withUnsafeMutableBytes { raw in
        guard
          let context = CGContext(
            data: raw.baseAddress, width: width, height: height, bitsPerComponent: 8,
            bytesPerRow: width * 4, space: space,
            bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)
        else { return false }
        context.draw(image, in: CGRect(x: 0, y: 0, width: width, height: height))
        return true
      }
      guard isDrawn else { throw .size(width: width, height: height) }
      try self.init(bytes, width: width, height: height, layout: .rgba)
    }
  }
#endif

#if canImport(CoreVideo)
  import CoreVideo

  extension PixelImage {
    /// A camera's picture, of the format `kCVPixelFormatType_32BGRA`.
    ///
    /// - Throws: ``PixelImageError`` for another format, or a size that is none.
    public init(_ buffer: CVPixelBuffer) throws(PixelImageError) {
      let (width, height) = (CVPixelBufferGetWidth(buffer), CVPixelBufferGetHeight(buffer))
      CVPixelBufferLockBaseAddress(buffer, .readOnly)
      defer { CVPixelBufferUnlockBaseAddress(buffer, .readOnly) }
      guard CVPixelBufferGetPixelFormatType(buffer) == kCVPixelFormatType_32BGRA,
        let base = CVPixelBufferGetBaseAddress(buffer)
      else { throw .bytes(expected: width * height * 4, found: 0) }
      let rowBytes = CVPixelBufferGetBytesPerRow(buffer)
      try self.init(
        copying: UnsafeRawBufferPointer(start: base, count: rowBytes * height), width: width,
        height: height, layout: .bgra, rowBytes: rowBytes)
    }
  }
#endif
