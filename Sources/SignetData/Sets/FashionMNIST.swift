import Foundation
import SignetModel

/// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): four IDX files, gzipped or not.
enum FashionMNIST {
  /// Where Debian's package `dataset-fashion-mnist` puts it.
  static let usualFolder = "/usr/share/datasets/fashion-mnist"

  private static let classNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  static func open(folder: URL, split: Split) throws(DataError) -> any ImageDataset {
    let prefix = split == .train ? "train" : "t10k"
    let images = try IDXFile(
      file(in: folder, named: "\(prefix)-images-idx3-ubyte"), dimensions: 3)
    let labels = try IDXFile(
      file(in: folder, named: "\(prefix)-labels-idx1-ubyte"), dimensions: 1)
    guard images.extents[0] == labels.extents[0] else {
      throw .countMismatch(
        images: images.file, imageCount: images.extents[0], labels: labels.file,
        labelCount: labels.extents[0])
    }
    let values = labels.bytes[labels.firstElement...]
    if let wrong = values.firstIndex(where: { $0 >= classNames.count }) {
      throw .format(
        file: labels.file, offset: wrong, expected: "a label of 0 to \(classNames.count - 1)",
        found: "\(values[wrong])")
    }
    let size = Shape.map(1, images.extents[1], images.extents[2])
    return FixedSizeDataset(
      name: "Fashion-MNIST \(split.rawValue)", classNames: classNames, labels: values.map(Int.init),
      size: size, bytes: images.bytes, firstRecord: images.firstElement,
      recordLength: size.elementCount,
      sourceFiles: FileList([images.file, labels.file].map { URL(fileURLWithPath: $0) }))
  }

  private static func file(in folder: URL, named name: String) throws(DataError) -> URL {
    for candidate in [name, "\(name).gz"] where FileBytes.exists(folder, candidate) {
      return folder.appendingPathComponent(candidate)
    }
    throw .notFound(.fashionMNIST, folder: folder.path, file: "\(name).gz")
  }
}
