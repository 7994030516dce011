import Foundation

/// A text file with a line `path label` per image, the path relative to the file's folder. The
/// label is what follows the last blank, so paths may hold blanks. Blank lines and lines that
/// begin with `#` are passed over.
struct ImageList: FileDataset {
  let name: String
  let files: FileList
  let labels: [Int]
  /// A list names no classes: `0` up to the largest label.
  let classNames: [String]
  let list: URL

  var sourceFiles: FileList { files.appending(list) }
  var folder: URL { list.deletingLastPathComponent() }

  init(file: URL) throws(DataError) {
    var paths = PathTable()
    var labels: [Int] = []
    for (number, line) in TextFile.lines(of: try TextFile.text(contentsOf: file)) {
      guard let (path, label) = Self.fields(of: line) else {
        throw .line(
          file: file.path, line: number, expected: "'path label'", found: "'\(line)'")
      }
      guard let value = Int(label), (0..<Limits.classes).contains(value) else {
        throw .line(
          file: file.path, line: number,
          expected: "a label of 0 to \(Limits.classes - 1) after the path", found: "'\(label)'")
      }
      paths.append(path.utf8)
      labels.append(value)
    }
    guard let largest = labels.max() else {
      throw .empty(path: file.path, expected: "lines of 'path label'")
    }
    files = FileList(folder: file.deletingLastPathComponent(), paths: paths)
    self.labels = labels
    classNames = (0...largest).map(String.init)
    name = file.path
    list = file
  }

  private static func fields(of line: String) -> (path: String, label: String)? {
    guard let blank = line.lastIndex(where: \.isWhitespace) else { return nil }
    let path = line[..<blank].trimmingCharacters(in: .whitespaces)
    return (path, String(line[line.index(after: blank)...]))
  }
}
