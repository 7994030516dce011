/// How a decoded image becomes C×H×W bytes: resize, then centre crop, as torchvision does it.
/// Only the part that the crop keeps is computed.
package struct ImageFit {
  private let image: PixelImage
  private let shape: Shape
  private let isReversed: Bool
  /// The size the whole image would be resized to.
  private let resized: (width: Int, height: Int)
  /// Where the crop begins in it; negative where zeros are padded.
  private let left: Int
  private let top: Int

  package init(image: PixelImage, shape: Shape, _ preprocessing: Preprocessing) {
    self.image = image
    self.shape = shape
    isReversed = preprocessing.channelOrder == .bgr
    resized = Self.resizedSize(
      of: (image.width, image.height), shape: shape, shorterSide: preprocessing.resizeShorterSide)
    left = Self.cropStart(length: resized.width, crop: shape.width)
    top = Self.cropStart(length: resized.height, crop: shape.height)
  }

  /// All of the image, whatever its proportions.
  package init(image: PixelImage, stretchedTo shape: Shape, _ preprocessing: Preprocessing) {
    self.image = image
    self.shape = shape
    isReversed = preprocessing.channelOrder == .bgr
    resized = (shape.width, shape.height)
    (left, top) = (0, 0)
  }

  package static func resizedSize(
    of size: (width: Int, height: Int), shape: Shape, shorterSide: Int?
  ) -> (width: Int, height: Int) {
    if let side = shorterSide {
      return size.width <= size.height
        ? (side, side * size.height / size.width) : (side * size.width / size.height, side)
    }
    // The smallest size with the image's proportions that covers the shape.
    return shape.width * size.height >= shape.height * size.width
      ? (shape.width, max(shape.height, shape.width * size.height / size.width))
      : (max(shape.width, shape.height * size.width / size.height), shape.height)
  }

  /// torchvision's centre: half the difference, rounded as Python rounds; padding is rounded down.
  package static func cropStart(length: Int, crop: Int) -> Int {
    length < crop
      ? -((crop - length) / 2)
      : Int((Double(length - crop) / 2).rounded(.toNearestOrEven))
  }

  /// C×H×W in the network's channel order; a grey image fills all channels.
  package func planes() -> [UInt8] {
    let columns = max(0, left)..<min(resized.width, left + shape.width)
    let rows = max(0, top)..<min(resized.height, top + shape.height)
    let window = Resampling.bilinear(image, to: resized, columns: columns, rows: rows)
    let channels = image.channels
    var planes = [UInt8](repeating: 0, count: shape.elementCount)
    planes.withUnsafeMutableBufferPointer { planes in
      window.withUnsafeBufferPointer { window in
        for channel in 0..<shape.channels {
          let stored = channels == 1 ? 0 : isReversed ? channels - 1 - channel : channel
          for row in 0..<rows.count {
            let y = row + rows.lowerBound - top
            var target = (channel * shape.height + y) * shape.width + columns.lowerBound - left
            var source = row * columns.count * channels + stored
            let end = target + columns.count
            while target < end {
              planes[target] = window[source]
              target += 1
              source += channels
            }
          }
        }
      }
    }
    return planes
  }
}
