import Foundation
import SignetModel

/// Pairs of images of which somebody said whether they show the same: a text file with a line `path
/// path same` or `path path different` per pair, the paths relative to the file's folder. Between
/// tabs paths may hold blanks. Blank lines and lines that begin with `#` are passed over.
public struct ImagePairs: Sendable {
  /// Two images by their places in ``dataset``.
  struct Pair: Hashable, Sendable {
    let first: Int
    let second: Int
    let isSame: Bool
  }

  let pairs: [Pair]
  let list: URL
  /// Every image that is named, once.
  let dataset: any ImageDataset

  /// Reads the list and no image.
  ///
  /// - Throws: ``DataError`` with the line that is wrong, or of a list without pairs of both kinds.
  public init(contentsOf list: URL) throws(DataError) {
    let text = try TextFile.text(contentsOf: list)
    let folder = list.deletingLastPathComponent()
    var places: [URL: Int] = [:]
    var files: [URL] = []
    func place(_ path: Substring) -> Int {
      let url =
        path.hasPrefix("/")
        ? URL(fileURLWithPath: String(path)) : folder.appendingPathComponent(String(path))
      if let known = places[url] { return known }
      places[url] = files.count
      files.append(url)
      return files.count - 1
    }
    var pairs: [Pair] = []
    for (number, line) in TextFile.lines(of: text) {
      let fields = line.contains("\t") ? line.split(separator: "\t") : line.split(separator: " ")
      guard fields.count == 3, let isSame = Self.isSame[fields[2]] else {
        throw .line(
          file: list.path, line: number, expected: "'path path same' or 'path path different'",
          found: "'\(line)'")
      }
      pairs.append(Pair(first: place(fields[0]), second: place(fields[1]), isSame: isSame))
    }
    self.pairs = pairs
    self.list = list
    dataset = UnlabelledFiles(name: list.path, files: FileList(files), folder: folder)
    try check(pairs)
  }

  private static let isSame: [Substring: Bool] = ["same": true, "different": false]

  /// - Parameter pairs: those of the list that can be measured
  func check(_ pairs: [Pair]) throws(DataError) {
    let same = pairs.count(where: \.isSame)
    guard same == 0 || same == pairs.count else { return }
    throw .target(
      file: list.path, expected: "pairs of both kinds, 'same' and 'different'",
      found: "\(same) and \(pairs.count - same)")
  }
}

/// Images that are named and no more.
private struct UnlabelledFiles: FileDataset {
  let name: String
  let files: FileList
  let folder: URL

  var labels: [Int] { Array(repeating: 0, count: files.count) }
  var classNames: [String] { [] }
  var isLabelled: Bool { false }
}
