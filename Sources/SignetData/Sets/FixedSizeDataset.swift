import Foundation
import SignetModel

/// Images of one size held in memory as one block of records.
struct FixedSizeDataset: ImageDataset {
  let name: String
  let classNames: [String]
  let labels: [Int]
  /// C×H×W of every image; 1 channel (grey) or 3 (RGB).
  let size: Shape
  /// count × recordLength, from `firstRecord` on
  let bytes: [UInt8]
  let firstRecord: Int
  /// Bytes per image, the image's planes being the last of them.
  let recordLength: Int
  let sourceFiles: FileList

  var count: Int { labels.count }
  var imageShape: Shape? { size }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    guard shape.isMap, shape.height == size.height, shape.width == size.width else {
      throw .size(dataset: name, expected: shape, found: size)
    }
    if let side = preprocessing.resizeShorterSide, side != min(size.height, size.width) {
      throw .resize(dataset: name, size: size, shorterSide: side)
    }
    let end = firstRecord + (index + 1) * recordLength
    let planes = bytes[end - size.elementCount..<end]
    switch (size.channels, preprocessing.channelOrder, shape.channels) {
    case (1, .grey, 1), (3, .rgb, 3):
      return Array(planes)
    case (1, _, 3):
      return Array(planes) + planes + planes
    case (3, .bgr, 3):
      let area = size.height * size.width
      let start = planes.startIndex
      return Array(planes[(start + 2 * area)...]) + planes[start + area..<start + 2 * area]
        + planes[start..<start + area]
    case (3, .grey, 1):
      return Self.grey(planes)
    default:
      throw .size(dataset: name, expected: shape, found: size)
    }
  }

  func contentDigest(of indices: [Int]) -> String {
    var digest = ContentDigest()
    bytes.withUnsafeBytes { bytes in
      for index in indices {
        let start = firstRecord + index * recordLength
        digest.add(UnsafeRawBufferPointer(rebasing: bytes[start..<start + recordLength]))
      }
    }
    digest.add(indices.map { labels[$0] })
    return digest.hexadecimal
  }

  /// planes: 3×H×W, red first → H×W
  private static func grey(_ planes: ArraySlice<UInt8>) -> [UInt8] {
    let area = planes.count / 3
    return planes.withUnsafeBufferPointer { planes in
      (0..<area).map { Luma.grey(planes[$0], planes[area + $0], planes[2 * area + $0]) }
    }
  }
}
