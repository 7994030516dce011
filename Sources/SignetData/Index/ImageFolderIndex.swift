import Foundation

/// What is known of an image folder without opening its images.
///
/// Sizes and times of the images are left out: what a run takes for its images' state is asked of
/// the files anew, since a file that is rewritten in its place leaves no trace in its folder.
struct ImageFolderIndex: Sendable, Hashable {
  /// Relative to the folder, class by class.
  let paths: PathTable
  /// Empty where there are no classes.
  let classNames: [String]
  /// Images of each class.
  let counts: [Int]

  /// As kept from an earlier run, if there is such a list and the folders have not changed since.
  init(of root: URL, keptIn cache: IndexCache) throws(DataError) {
    let key = Self.key(root)
    if let kept = Self.kept(cache.reader(for: key), root: root) {
      self = kept
      return
    }
    let start = Int(time(nil))
    var tree = ImageTree(root: root)
    self = try Self.scan(root, &tree)
    guard paths.count >= cache.leastImages, tree.stamps.allSatisfy({ $0.isSettled(at: start) })
    else { return }
    cache.save(key) { writer in
      writer.add(tree.folders)
      writer.add(tree.stamps)
      writer.add(PathTable(classNames))
      writer.add(counts)
      writer.add(paths)
    }
  }

  private init(paths: PathTable, classNames: [String], counts: [Int]) {
    self.paths = paths
    self.classNames = classNames
    self.counts = counts
  }

  static func key(_ root: URL) -> String { "imagefolder:" + root.path }

  private static func kept(_ reader: consuming IndexReader?, root: URL) -> ImageFolderIndex? {
    guard var reader, let folders = reader.table(), let stamps = reader.stamps(),
      folders.count == stamps.count, folders.count > 0
    else { return nil }
    // Before the long part is read.
    for (index, stamp) in stamps.enumerated() {
      let path = folders[index].isEmpty ? root.path : root.path + "/" + folders[index]
      guard FileStamp(path: path) == stamp else { return nil }
    }
    guard let names = reader.table(), let counts = reader.array(of: Int.self),
      let paths = reader.table(), reader.isIntact(),
      names.count == counts.count, counts.allSatisfy({ $0 > 0 }),
      names.count == 0 || counts.reduce(0, +) == paths.count, paths.count > 0
    else { return nil }
    return ImageFolderIndex(
      paths: paths, classNames: (0..<names.count).map { names[$0] }, counts: counts)
  }

  private static func scan(
    _ root: URL, _ tree: inout ImageTree
  ) throws(DataError) -> ImageFolderIndex {
    let listing = try tree.list([])
    var names: [String] = []
    var counts: [Int] = []
    for folder in listing.folders {
      let before = tree.paths.count
      let name = String(decoding: folder, as: UTF8.self)
      try tree.add(below: Array(folder), rootIsMet: true)
      guard tree.paths.count > before else {
        throw .empty(
          path: root.appendingPathComponent(name).path, expected: "images of the class '\(name)'")
      }
      names.append(name)
      counts.append(tree.paths.count - before)
    }
    if names.isEmpty {
      tree.add(imagesOf: listing, in: [])
      guard tree.paths.count > 0 else {
        throw .empty(path: root.path, expected: "images, or one folder of images per class")
      }
    }
    return ImageFolderIndex(paths: tree.paths, classNames: names, counts: counts)
  }
}
