import CTurboJPEG
import SignetModel

/// JPEG by libjpeg-turbo, with the accurate inverse transform and smooth upsampling that Pillow
/// uses too.
enum JPEG {
  /// Each luma block of 64 pixels takes one bit at least, so a byte holds 512 pixels at most.
  private static let pixelsPerByte = 512

  static func hasSignature(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xff, 0xd8, 0xff])
  }

  /// - Parameter divisor: of the width and the height of what is decoded: 1, 2, 4 or 8
  static func decode(
    _ bytes: [UInt8], dividedBy divisor: Int32 = 1
  ) throws(ImageDefect) -> PixelImage {
    guard let handle = tjInitDecompress() else {
      throw .corrupt(reason: "no memory for a decoder")
    }
    defer { tjDestroy(handle) }
    let (fullWidth, fullHeight, space) = try header(handle, bytes)
    try PixelImage.check(
      width: Int(fullWidth), height: Int(fullHeight), pixelsPerByte: pixelsPerByte,
      bytes: bytes.count)
    let (width, height) = ((fullWidth - 1) / divisor + 1, (fullHeight - 1) / divisor + 1)

    let isGrey = space == Int32(TJCS_GRAY.rawValue)
    let hasInk = [TJCS_CMYK, TJCS_YCCK].contains { Int32($0.rawValue) == space }
    let format = isGrey ? TJPF_GRAY : hasInk ? TJPF_CMYK : TJPF_RGB
    let stored = isGrey ? 1 : hasInk ? 4 : 3
    let area = Int(width) * Int(height)
    var decoded: Int32 = 0
    let pixels = [UInt8](unsafeUninitializedCapacity: area * stored) { buffer, filled in
      // Rows that a damaged file does not reach must not show memory's former content.
      buffer.initialize(repeating: 0)
      decoded = tjDecompress2(
        handle, bytes, UInt(bytes.count), buffer.baseAddress, width, 0, height,
        Int32(format.rawValue),
        TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
      if hasInk { mixInks(buffer, count: area) }
      filled = hasInk ? 3 * area : area * stored
    }
    if decoded != 0 { try tolerate(message(handle), handle: handle, bytes: bytes) }
    return PixelImage(
      width: Int(width), height: Int(height), channels: isGrey ? 1 : 3, bytes: pixels)
  }

  /// Width and height in pixels, of the header alone.
  static func size(_ bytes: [UInt8]) throws(ImageDefect) -> (width: Int, height: Int) {
    guard let handle = tjInitDecompress() else {
      throw .corrupt(reason: "no memory for a decoder")
    }
    defer { tjDestroy(handle) }
    let (width, height, _) = try header(handle, bytes)
    return (Int(width), Int(height))
  }

  private static func header(
    _ handle: tjhandle, _ bytes: [UInt8]
  ) throws(ImageDefect) -> (width: Int32, height: Int32, space: Int32) {
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var space: Int32 = 0
    let status = tjDecompressHeader3(
      handle, bytes, UInt(bytes.count), &width, &height, &subsampling, &space)
    guard status == 0 else { throw defect(message(handle)) }
    return (width, height, space)
  }

  /// Turns count × CMYK into count × RGB in place. Files store 255 − ink, as Adobe began it and
  /// all readers assume, so that a colour is its own byte times the black one.
  private static func mixInks(_ pixels: UnsafeMutableBufferPointer<UInt8>, count: Int) {
    for pixel in 0..<count {
      let black = Int(pixels[4 * pixel + 3])
      for channel in 0..<3 {
        let product = black * (255 - Int(pixels[4 * pixel + channel])) + 128
        let absorbed = (product + product >> 8) >> 8
        pixels[3 * pixel + channel] = UInt8(black - absorbed)
      }
    }
  }

  private static func message(_ handle: tjhandle) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
  }

  /// Passes over what does no harm to the pixels: stray bytes between segments of a file that
  /// has its end marker.
  private static func tolerate(_ message: String, handle: tjhandle, bytes: [UInt8])
    throws(ImageDefect)
  {
    let isWarning = tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue)
    let isHarmless = message.contains("extraneous bytes") && hasEndMarker(bytes)
    guard isWarning, isHarmless else { throw defect(message) }
  }

  private static func hasEndMarker(_ bytes: [UInt8]) -> Bool {
    let tail = bytes.suffix(4096)
    return zip(tail, tail.dropFirst()).contains { $0 == (0xff, 0xd9) }
  }

  private static func defect(_ message: String) -> ImageDefect {
    message.lowercased().contains("premature end")
      ? .truncated(reason: message) : .corrupt(reason: message)
  }
}
