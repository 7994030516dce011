import SignetModel

/// Labelled images that can be had as bytes in any order, from any thread.
public protocol ImageDataset: Sendable {
  /// The number of images.
  var count: Int { get }
  /// The class of each image, `0 ..< classNames.count`.
  var labels: [Int] { get }
  /// Names by class; the class numbers where the set carries no names.
  var classNames: [String] { get }
  /// What a report calls the set, e.g. `CIFAR-10 test`.
  var name: String { get }

  /// The size that all images have, C×H×W; `nil` where every file has its own.
  var imageShape: Shape? { get }

  /// One image as bytes C×H×W, row-major, in the channel order of `preprocessing`.
  ///
  /// Files are resized and centre-cropped as `preprocessing` says; sets whose images have one
  /// size refuse any other.
  /// - Throws: ``DataError`` that names the file or the set.
  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
}

extension ImageDataset {
  public var imageShape: Shape? { nil }
}

/// Some images of another set, in a given order.
struct Subset: ImageDataset {
  let base: any ImageDataset
  /// Indices into `base`.
  let indices: [Int]
  let labels: [Int]

  init(of base: any ImageDataset, indices: [Int]) {
    self.base = base
    self.indices = indices
    let all = base.labels
    labels = indices.map { all[$0] }
  }

  var count: Int { indices.count }
  var classNames: [String] { base.classNames }
  var imageShape: Shape? { base.imageShape }
  var name: String { "\(base.name), \(count) of \(base.count)" }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    try base.pixels(at: indices[index], shape: shape, preprocessing: preprocessing)
  }
}
