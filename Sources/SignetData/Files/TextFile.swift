import Foundation

/// Lists of one entry a line.
enum TextFile {
  static func text(contentsOf url: URL) throws(DataError) -> String {
    var bytes = try FileBytes.read(url, limit: Limits.textBytes)[...]
    // Windows' editors mark UTF-8 so.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes = bytes.dropFirst(3) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The lines that hold an entry, blanks around them left out, with their numbers from 1 on.
  static func lines(of text: String) -> [(number: Int, line: String)] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .map { ($0 + 1, $1.trimmingCharacters(in: .whitespaces)) }
      .filter { !$1.isEmpty && !$1.hasPrefix("#") }
  }
}
