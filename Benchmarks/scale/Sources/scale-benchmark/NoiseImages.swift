import SignetData
import SignetModel

/// Images of CIFAR-10's size without content: arithmetic takes no longer on others.
struct NoiseImages: ImageDataset {
  let count: Int
  let labels: [Int]
  let classNames = (0..<10).map(String.init)
  let name = "noise"

  init(count: Int) {
    self.count = count
    labels = (0..<count).map { $0 % 10 }
  }

  func pixels(
    at index: Int, shape: Shape, preprocessing: Preprocessing
  ) throws(DataError) -> [UInt8] {
    (0..<shape.elementCount).map { UInt8(truncatingIfNeeded: ($0 &* 7919) ^ (index &* 104_729)) }
  }
}
