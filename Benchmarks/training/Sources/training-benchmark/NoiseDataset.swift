import SignetData
import SignetModel

/// Random bytes in CIFAR-10's sizes: arithmetic takes no longer on real images.
struct NoiseDataset: ImageDataset {
  let count: Int
  let labels: [Int]
  let classNames = (0..<10).map(String.init)
  let name = "noise"
  private let bytes: [UInt8]
  private let shape = Shape.map(3, 32, 32)

  init(count: Int) {
    var state: UInt64 = 1
    bytes = (0..<count * shape.elementCount).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    self.count = count
    labels = (0..<count).map { $0 % 10 }
  }

  func pixels(
    at index: Int, shape: Shape, preprocessing: Preprocessing
  ) throws(DataError) -> [UInt8] {
    let size = self.shape.elementCount
    return Array(bytes[index * size..<(index + 1) * size])
  }
}
