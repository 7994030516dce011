import Foundation

/// A text file with a line `path label` per image, the path relative to the file's folder. The
/// label is what follows the last blank, so paths may hold blanks. Blank lines and lines that
/// begin with `#` are passed over.
struct ImageList: FileDataset {
  let name: String
  let files: [URL]
  let labels: [Int]
  /// A list names no classes: `0` up to the largest label.
  let classNames: [String]
  let list: URL

  var sourceFiles: [URL] { [list] + files }

  init(file: URL) throws(DataError) {
    var bytes = try FileBytes.read(file, limit: Limits.textBytes)[...]
    // Windows' editors mark UTF-8 so.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes = bytes.dropFirst(3) }
    let text = String(decoding: bytes, as: UTF8.self)
    let folder = file.deletingLastPathComponent()
    var files: [URL] = []
    var labels: [Int] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      guard let (path, label) = Self.fields(of: line) else {
        throw .line(
          file: file.path, line: index + 1, expected: "'path label'", found: "'\(line)'")
      }
      guard let number = Int(label), (0..<Limits.classes).contains(number) else {
        throw .line(
          file: file.path, line: index + 1,
          expected: "a label of 0 to \(Limits.classes - 1) after the path", found: "'\(label)'")
      }
      files.append(
        path.hasPrefix("/") ? URL(fileURLWithPath: path) : folder.appendingPathComponent(path))
      labels.append(number)
    }
    guard let largest = labels.max() else {
      throw .empty(path: file.path, expected: "lines of 'path label'")
    }
    self.files = files
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
