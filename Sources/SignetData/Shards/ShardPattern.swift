import Foundation

/// The archives that a pattern names: `{000..099}` and `{a,b}` as shells have it, `*`, `?` and
/// `[…]` for what is there; or those of a folder.
enum ShardPattern {
  /// Archives of one set.
  private static let limit = 100_000

  /// - Throws: ``DataError`` where there are none, or a folder holds those of several sets.
  static func files(_ pattern: String) throws(DataError) -> [URL] {
    var status = stat()
    if stat(pattern, &status) == 0 {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      return isFolder ? try archives(in: pattern) : [URL(fileURLWithPath: pattern)]
    }
    var files: [String] = []
    for name in try expanded(pattern) {
      let found = name.contains(where: { "*?[".contains($0) }) ? matches(of: name) : [name]
      guard !found.isEmpty else {
        throw .empty(path: name, expected: "tar archives of that pattern")
      }
      files += found
    }
    return files.map { URL(fileURLWithPath: $0, isDirectory: false) }
  }

  /// Archives of one name but for its numbers: those of training images do not mix with others.
  private static func archives(in folder: String) throws(DataError) -> [URL] {
    let entries = try FolderEntry.entries(of: URL(fileURLWithPath: folder, isDirectory: true))
      .filter { !$0.isFolder && $0.name.lowercased().hasSuffix(".tar") }
    guard let first = entries.first else { throw .empty(path: folder, expected: "tar archives") }
    let stem = first.name.filter { !$0.isNumber }
    if let other = entries.first(where: { $0.name.filter { !$0.isNumber } != stem }) {
      throw .shardsOfSeveralSets(folder: folder, one: first.name, other: other.name)
    }
    return entries.map(\.url)
  }

  private static func matches(of pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func expanded(_ pattern: String) throws(DataError) -> [String] {
    var names = [""]
    var rest = pattern[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let choices = try choices(rest[rest.index(after: open)..<close], pattern)
      guard choices.count <= limit / names.count else {
        throw .option(
          name: "webdataset:\(pattern)", expected: "at most \(limit) archives", found: "more")
      }
      let before = rest[..<open]
      names = names.flatMap { name in choices.map { name + before + $0 } }
      rest = rest[rest.index(after: close)...]
    }
    return names.map { $0 + rest }
  }

  private static func choices(
    _ text: Substring, _ pattern: String
  ) throws(DataError) -> [String] {
    if let dots = text.range(of: "..") {
      let (first, last) = (text[..<dots.lowerBound], text[dots.upperBound...])
      guard first.allSatisfy(\.isASCII), let from = Int(first), let to = Int(last),
        0 <= from, from <= to, to - from < limit
      else {
        throw .option(
          name: "webdataset:\(pattern)",
          expected: "{FIRST..LAST} with numbers from small to large, at most \(limit) of them",
          found: "{\(text)}")
      }
      return (from...to).map { number in
        let digits = String(number)
        return String(repeating: "0", count: max(0, first.count - digits.count)) + digits
      }
    }
    return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
