import Foundation

/// A folder per class, the classes being the sorted folder names (torchvision's convention).
struct ImageFolder: FileDataset {
  let name: String
  let files: [URL]
  let labels: [Int]
  let classNames: [String]

  /// What torchvision takes for images. Formats that cannot be decoded are listed too, so that
  /// they are named instead of dropped.
  private static let extensions: Set<String> = [
    "jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp",
  ]
  /// Deeper folders are taken for a circle of links.
  private static let maximumDepth = 16

  /// Folders that hold the parts of a set, per split, the preferred one first.
  private static func partNames(_ split: Split) -> [String] {
    split == .train ? ["train"] : ["test", "val"]
  }

  init(folder: URL, split: Split) throws(DataError) {
    let root = try Self.part(of: folder, split: split)
    var files: [URL] = []
    var labels: [Int] = []
    let classes = try Self.entries(of: root).filter(\.isFolder)
    guard !classes.isEmpty else {
      throw .empty(path: root.path, expected: "one folder of images per class")
    }
    for (label, entry) in classes.enumerated() {
      let found = try Self.images(below: entry.url, depth: 1)
      guard !found.isEmpty else {
        throw .empty(path: entry.url.path, expected: "images of the class '\(entry.name)'")
      }
      files += found
      labels += Array(repeating: label, count: found.count)
    }
    self.files = files
    self.labels = labels
    classNames = classes.map(\.name)
    name = root.path
  }

  /// The folder of the wanted part, or the folder itself where it has no parts.
  private static func part(of folder: URL, split: Split) throws(DataError) -> URL {
    let folders = Set(try entries(of: folder).filter(\.isFolder).map(\.name))
    if let part = partNames(split).first(where: folders.contains) {
      return folder.appendingPathComponent(part)
    }
    let isSplit = Split.allCases.flatMap(partNames).contains(where: folders.contains)
    guard !isSplit else { throw .missingSplit(folder: folder.path, split: split) }
    return folder
  }

  /// The image files of a folder, then those of its folders, both sorted.
  private static func images(below folder: URL, depth: Int) throws(DataError) -> [URL] {
    let entries = try entries(of: folder)
    var images = entries.filter {
      !$0.isFolder && extensions.contains($0.url.pathExtension.lowercased())
    }.map(\.url)
    guard depth < maximumDepth else { return images }
    for entry in entries where entry.isFolder {
      images += try Self.images(below: entry.url, depth: depth + 1)
    }
    return images
  }

  private struct Entry {
    let name: String
    let url: URL
    let isFolder: Bool
  }

  /// What a folder holds, hidden entries left out, sorted by code point as Python sorts.
  private static func entries(of folder: URL) throws(DataError) -> [Entry] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadable(path: folder.path, reason: "expected a folder that can be read")
    }
    return names.filter { !$0.hasPrefix(".") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { name in
        let url = folder.appendingPathComponent(name)
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        return Entry(name: name, url: url, isFolder: exists && isFolder.boolValue)
      }
  }
}
