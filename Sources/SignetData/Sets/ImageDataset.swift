import Foundation
import SignetModel

/// Labelled images that can be had as bytes in any order, from any thread.
public protocol ImageDataset: Sendable {
  /// The number of images.
  var count: Int { get }
  /// The class of each image, `0 ..< classNames.count`.
  var labels: [Int] { get }
  /// Names by class; the class numbers where the set carries no names.
  var classNames: [String] { get }
  /// Whether somebody said what the images show; else all labels are 0.
  var isLabelled: Bool { get }
  /// What a report calls the set, e.g. `CIFAR-10 test`.
  var name: String { get }

  /// The size that all images have, C×H×W; `nil` where every file has its own.
  var imageShape: Shape? { get }

  /// The file of one image, where each has its own.
  func file(at index: Int) -> SampleFile?

  /// The files that the images and their labels come from; empty where there are none.
  var sourceFiles: FileList { get }

  /// A checksum that changes when the images at `indices` do, or their labels, in a set of the same
  /// name: over the bytes of images that are held in memory, else over each file's path, size and
  /// time of change. A set that does not say otherwise has its labels' only.
  func contentDigest(of indices: [Int]) -> String

  /// One image as bytes C×H×W, row-major, in the channel order of `preprocessing`.
  ///
  /// Files are resized and centre-cropped as `preprocessing` says; sets whose images have one
  /// size refuse any other.
  /// - Throws: ``DataError`` that names the file or the set.
  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]

  /// The bytes of one image's file, and what an error calls it; `nil` where images have none.
  /// - Throws: ``DataError`` that names the file.
  func encoded(at index: Int) throws(DataError) -> EncodedImage?

  /// Whether the set holds numbers as a network takes them, and no images.
  var holdsTensors: Bool { get }

  /// One sample of such a set.
  ///
  /// - Returns: one per input, row-major, each as many as its shape has elements
  /// - Throws: ``DataError`` that names the file and the array.
  func values(at index: Int, inputs: [NetworkInput]) throws(DataError) -> [[Float]]
}

extension ImageDataset {
  /// `nil`: images may differ in size.
  public var imageShape: Shape? { nil }
  /// `true`.
  public var isLabelled: Bool { true }
  /// `nil`: none.
  public func encoded(at index: Int) throws(DataError) -> EncodedImage? { nil }
  /// `nil`: none.
  public func file(at index: Int) -> SampleFile? { nil }
  /// None.
  public var sourceFiles: FileList { FileList() }

  /// `false`
  public var holdsTensors: Bool { false }

  /// Images hold none.
  public func values(at index: Int, inputs: [NetworkInput]) throws(DataError) -> [[Float]] {
    throw .noTensors(dataset: name)
  }

  /// Of the labels only.
  public func contentDigest(of indices: [Int]) -> String {
    var digest = ContentDigest()
    let labels = labels
    digest.add(indices.map { labels[$0] })
    return digest.hexadecimal
  }
}

/// Some images of another set, in a given order.
struct Subset: ImageDataset {
  let base: any ImageDataset
  /// Indices into `base`.
  let indices: [Int]
  let labels: [Int]
  /// What the images are for, if the name should say so.
  let role: String?

  init(of base: any ImageDataset, indices: [Int], role: String? = nil) {
    self.base = base
    self.indices = indices
    self.role = role
    let all = base.labels
    labels = indices.map { all[$0] }
  }

  var count: Int { indices.count }
  var classNames: [String] { base.classNames }
  var imageShape: Shape? { base.imageShape }
  var isLabelled: Bool { base.isLabelled }
  var sourceFiles: FileList { base.sourceFiles }

  func file(at index: Int) -> SampleFile? { base.file(at: indices[index]) }

  func encoded(at index: Int) throws(DataError) -> EncodedImage? {
    try base.encoded(at: indices[index])
  }

  var name: String {
    "\(base.name), \(count) of \(base.count)" + (role.map { " " + $0 } ?? "")
  }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    try base.pixels(at: indices[index], shape: shape, preprocessing: preprocessing)
  }

  var holdsTensors: Bool { base.holdsTensors }

  func values(at index: Int, inputs: [NetworkInput]) throws(DataError) -> [[Float]] {
    try base.values(at: indices[index], inputs: inputs)
  }

  func contentDigest(of indices: [Int]) -> String {
    base.contentDigest(of: indices.map { self.indices[$0] })
  }
}

/// A training set and the images of it that are left out of training.
public struct HeldOut: Sendable {
  /// What is left to train with.
  public let training: any ImageDataset
  /// `nil` where the set is too small to spare an image.
  public let validation: (any ImageDataset)?

  /// Two parts of one data set that share no image.
  public init(training: any ImageDataset, validation: (any ImageDataset)?) {
    self.training = training
    self.validation = validation
  }
}

extension ImageDataset {
  /// All images in the order of a seed's first epoch, the last of them apart.
  ///
  /// - Parameter count: images of the second part, at most as many as there are
  public func shuffled(
    seed: UInt64, settingAside count: Int
  ) -> (first: any ImageDataset, last: any ImageDataset) {
    let order = Shuffle.permutation(count: self.count, seed: seed, epoch: 0)
    return (
      Subset(of: self, indices: Array(order.dropLast(count))),
      Subset(of: self, indices: order.suffix(count), role: "held out")
    )
  }

  /// Sets some images aside, which ones being a pure function of the seed.
  ///
  /// - Parameters:
  ///   - share: of all images, 0 to below 1
  ///   - limit: the most images to set aside
  public func holdingOut(share: Double, atMost limit: Int = .max, seed: UInt64) -> HeldOut {
    let count = min(limit, Int(share * Double(count)))
    guard count > 0, count < self.count else { return HeldOut(training: self, validation: nil) }
    // No training epoch has this number, so the order of none tells which images are missing.
    let order = Shuffle.permutation(count: self.count, seed: seed, epoch: -1)
    return HeldOut(
      training: Subset(of: self, indices: order.dropFirst(count).sorted(), role: "training"),
      validation: Subset(of: self, indices: order.prefix(count).sorted(), role: "held out"))
  }
}
