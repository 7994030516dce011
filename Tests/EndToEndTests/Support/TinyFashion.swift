import Foundation

/// A data set in the shape of Fashion-MNIST that a network learns in a few steps: each class is a
/// bright square at its own place, in noise.
enum TinyFashion {
  static let side = 28

  /// Writes the four IDX files and names them as `--data` wants.
  static func write(
    to folder: URL, trainImages: Int = 400, testImages: Int = 60
  ) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (prefix, count, seed) in [("train", trainImages, 1), ("t10k", testImages, 2)] {
      var random = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
      var images = header([0x0803, count, side, side])
      var labels = header([0x0801, count])
      for image in 0..<count {
        labels.append(UInt8(image % 10))
        images.append(contentsOf: pixels(label: image % 10, random: &random))
      }
      try images.write(to: folder.appendingPathComponent("\(prefix)-images-idx3-ubyte"))
      try labels.write(to: folder.appendingPathComponent("\(prefix)-labels-idx1-ubyte"))
    }
    return "fashion-mnist:\(folder.path)"
  }

  private static func header(_ words: [Int]) -> Data {
    Data(words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } })
  }

  /// H×W
  static func pixels(label: Int, random: inout UInt64) -> [UInt8] {
    let (top, left) = (2 + label / 4 * 9, 2 + label % 4 * 6)
    return (0..<side * side).map { index in
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = UInt8(random >> 58)
      let (y, x) = (index / side, index % side)
      return (top..<top + 7).contains(y) && (left..<left + 5).contains(x) ? 180 + noise : noise
    }
  }
}
