import Foundation

/// A folder per class, the classes being the sorted folder names (torchvision's convention); or a
/// folder of images that nobody has labelled.
struct ImageFolder: FileDataset {
  let name: String
  let folder: URL
  let files: FileList
  let labels: [Int]
  let classNames: [String]
  let isLabelled: Bool

  /// Folders that hold the parts of a set, per split, the preferred one first.
  private static func partNames(_ split: Split) -> [String] {
    split == .train ? ["train"] : ["test", "val"]
  }

  init(folder: URL, split: Split, cache: IndexCache = IndexCache()) throws(DataError) {
    try self.init(of: try Self.part(of: folder, split: split), cache: cache)
  }

  /// The folder itself, whatever parts it may have.
  init(of root: URL, cache: IndexCache) throws(DataError) {
    let index = try ImageFolderIndex(of: root, keptIn: cache)
    self.folder = root
    files = FileList(folder: root, paths: index.paths)
    isLabelled = !index.classNames.isEmpty
    classNames = index.classNames
    name = root.path
    var labels: [Int] = []
    labels.reserveCapacity(index.paths.count)
    for (label, count) in index.counts.enumerated() {
      labels += repeatElement(label, count: count)
    }
    self.labels = isLabelled ? labels : Array(repeating: 0, count: index.paths.count)
  }

  /// Whether the test images are others than the training images.
  static func hasParts(_ folder: URL) throws(DataError) -> Bool {
    try part(of: folder, split: .train) != folder
  }

  /// The folder of the wanted part, or the folder itself where it has no parts.
  private static func part(of folder: URL, split: Split) throws(DataError) -> URL {
    var parts: Set<String> = []
    for entry in try FolderEntry.entries(of: folder)
    where Split.allCases.flatMap(partNames).contains(entry.name) {
      if try entry.holdsClasses { parts.insert(entry.name) }
    }
    guard !parts.isEmpty else { return folder }
    guard let part = partNames(split).first(where: parts.contains) else {
      throw .missingSplit(folder: folder.path, split: split)
    }
    return folder.appendingPathComponent(part)
  }
}
