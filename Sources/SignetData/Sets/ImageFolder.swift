import Foundation

/// A folder per class, the classes being the sorted folder names (torchvision's convention); or a
/// folder of images that nobody has labelled.
struct ImageFolder: FileDataset {
  let name: String
  let folder: URL
  let files: [URL]
  let labels: [Int]
  let classNames: [String]
  let isLabelled: Bool

  /// Folders that hold the parts of a set, per split, the preferred one first.
  private static func partNames(_ split: Split) -> [String] {
    split == .train ? ["train"] : ["test", "val"]
  }

  init(folder: URL, split: Split) throws(DataError) {
    let root = try Self.part(of: folder, split: split)
    let entries = try FolderEntry.entries(of: root)
    var files: [URL] = []
    var labels: [Int] = []
    let classes = entries.filter(\.isFolder)
    for (label, entry) in classes.enumerated() {
      let found = try ImageFolderFiles.images(below: entry.url, apartFrom: root)
      guard !found.isEmpty else {
        throw .empty(path: entry.url.path, expected: "images of the class '\(entry.name)'")
      }
      files += found
      labels += Array(repeating: label, count: found.count)
    }
    if classes.isEmpty {
      files = entries.filter(\.isImage).map(\.url)
      labels = Array(repeating: 0, count: files.count)
      guard !files.isEmpty else {
        throw .empty(path: root.path, expected: "images, or one folder of images per class")
      }
    }
    self.folder = root
    self.files = files
    self.labels = labels
    isLabelled = !classes.isEmpty
    classNames = classes.map(\.name)
    name = root.path
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
