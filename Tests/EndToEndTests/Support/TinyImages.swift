import Foundation

/// PNG files, stored without compression, of `TinyFashion`'s kind: each class is a bright square at
/// its own place.
enum TinyImages {
  static let side = 28

  /// A folder of images per class, named in order.
  static func write(to folder: URL, classes: [String], imagesPerClass: Int) throws {
    var random: UInt64 = 7
    for (label, name) in classes.enumerated() {
      let place = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for image in 0..<imagesPerClass {
        let pixels = TinyFashion.pixels(label: label, random: &random)
        try png(grey: pixels, width: side, height: side)
          .write(to: place.appendingPathComponent("\(image).png"))
      }
    }
  }

  /// - Parameter grey: H×W
  static func png(grey: [UInt8], width: Int, height: Int) -> Data {
    png(grey, width: width, height: height, channels: 1)
  }

  /// - Parameter rgb: H×W×3
  static func png(rgb: [UInt8], width: Int, height: Int) -> Data {
    png(rgb, width: width, height: height, channels: 3)
  }

  private static func png(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> Data {
    var file = Data([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    file.append(
      chunk("IHDR", word(width) + word(height) + [8, channels == 1 ? 0 : 2, 0, 0, 0]))
    let length = width * channels
    var rows: [UInt8] = []
    for row in 0..<height { rows += [0] + pixels[row * length..<(row + 1) * length] }
    let size = [UInt8(rows.count & 0xff), UInt8(rows.count >> 8)]
    let stored = [0x78, 0x01, 0x01] + size + size.map { ~$0 } + rows + word(adler32(rows))
    file.append(chunk("IDAT", stored))
    file.append(chunk("IEND", []))
    return file
  }

  private static func chunk(_ name: String, _ bytes: [UInt8]) -> Data {
    let body = Array(name.utf8) + bytes
    return Data(word(bytes.count) + body + word(Int(crc32(body))))
  }

  private static func word(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
        sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0)
      }
    }
  }

  private static func adler32(_ bytes: [UInt8]) -> Int {
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }
}
