import Foundation

extension DatasetSpecification {
  /// Opens the set and checks its files; images of folders and lists are decoded when asked for.
  ///
  /// A limit takes that many images at most. Of a test set these are the first ones in order; of
  /// a training set, and of image folders and shards (whose order may be by class), the first ones
  /// of a shuffle by `seed`, so that a smaller limit takes a prefix of what a larger one takes.
  ///
  /// - Parameter inputs: of the network that arrays are for; images do without
  /// - Throws: ``DataError`` with the file, the byte and the expectation.
  public func open(
    split: Split, limit: Int? = nil, seed: UInt64 = 0, inputs: [NetworkInput] = []
  ) throws(DataError) -> any ImageDataset {
    if let limit, limit < 1 {
      throw .option(name: "limit", expected: "at least 1 image", found: "\(limit)")
    }
    let dataset = try openAll(split: split, inputs: inputs)
    guard let limit, limit < dataset.count else { return dataset }
    let shuffled = split == .train || [.imagefolder, .imagenet, .webdataset].contains(kind)
    let order =
      shuffled
      ? Shuffle.permutation(count: dataset.count, seed: seed, epoch: 0)
      : Array(0..<dataset.count)
    return Subset(of: dataset, indices: Array(order.prefix(limit)))
  }

  /// Whether the set has test images that are no training images.
  public func hasTestSplit() throws(DataError) -> Bool {
    switch kind {
    case .cifar10, .cifar100, .fashionMNIST: true
    case .imagefolder: try ImageFolder.hasParts(location)
    case .imagenet: ImageNet.hasTestSplit(location)
    case .imagelist, .webdataset, .tensors: false
    }
  }

  private func openAll(
    split: Split, inputs: [NetworkInput]
  ) throws(DataError) -> any ImageDataset {
    switch kind {
    case .cifar10: return try CIFAR.ten.open(folder: location, split: split)
    case .cifar100: return try CIFAR.hundred.open(folder: location, split: split)
    case .fashionMNIST: return try FashionMNIST.open(folder: location, split: split)
    case .imagefolder: return try ImageFolder(folder: location, split: split)
    case .imagenet: return try ImageNet.open(folder: location, split: split)
    case .imagelist: return try ImageList(file: location)
    case .webdataset: return try WebDataset(pattern: location.path)
    case .tensors:
      guard !inputs.isEmpty else { throw .inputsUnknown(path: path ?? "") }
      return try TensorDataset(location, inputs: inputs)
    }
  }

  /// The path with a leading `~`, which no shell expands after a colon, replaced.
  private var location: URL {
    let path = path ?? FashionMNIST.usualFolder
    return URL(fileURLWithPath: (path as NSString).expandingTildeInPath)
  }
}
