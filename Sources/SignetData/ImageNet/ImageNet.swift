import Foundation

/// ImageNet as it is handed out (ILSVRC-2012, Russakovsky et al. 2015): a folder of images per synset for
/// training, and validation images in one folder, whose synsets a list or the development kit tells, or
/// in folders per synset, too. Classes are the synsets, sorted, as trained networks have them.
enum ImageNet {
  /// Where the images of a part may lie, the preferred place first.
  private static func places(_ split: Split) -> [String] {
    split == .train
      ? ["train", "ILSVRC2012_img_train", "Data/CLS-LOC/train", "ILSVRC/Data/CLS-LOC/train"]
      : ["val", "ILSVRC2012_img_val", "Data/CLS-LOC/val", "ILSVRC/Data/CLS-LOC/val"]
  }

  static func open(
    folder: URL, split: Split, cache: IndexCache = IndexCache()
  ) throws(DataError) -> any ImageDataset {
    guard let part = part(of: folder, split: split) else {
      throw .notFound(
        .imagenet, folder: folder.path, file: places(split).prefix(2).joined(separator: " or "))
    }
    let images = try ImageFolder(of: part, cache: cache)
    guard split == .test, !images.isLabelled else {
      guard images.isLabelled else {
        throw .empty(path: part.path, expected: "a folder of images per synset")
      }
      return images
    }
    return try ImageNetValidation(images, labels: SynsetLabels(in: folder, of: part))
  }

  /// Whether there are validation images.
  static func hasTestSplit(_ folder: URL) -> Bool { part(of: folder, split: .test) != nil }

  private static func part(of folder: URL, split: Split) -> URL? {
    places(split).lazy.map(folder.appendingPathComponent).first {
      FileBytes.exists($0.deletingLastPathComponent(), $0.lastPathComponent)
    }
  }
}

/// Validation images that lie in one folder.
private struct ImageNetValidation: FileDataset {
  let name: String
  let folder: URL
  let files: FileList
  let labels: [Int]
  let classNames: [String]
  let sourceFiles: FileList

  init(_ images: ImageFolder, labels synsets: SynsetLabels) throws(DataError) {
    name = images.name
    folder = images.folder
    files = images.files
    classNames = synsets.classNames
    labels = try synsets.labels(of: images.files)
    sourceFiles = synsets.files.reduce(images.files) { $0.appending($1) }
  }
}
