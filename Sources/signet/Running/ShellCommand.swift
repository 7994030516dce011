import SignetModel

/// Words of a command line as they can be pasted into a shell.
enum ShellCommand {
  /// The command that runs.
  static var own: String { line(["signet"] + CommandLine.arguments.dropFirst()) }

  static func line(_ words: [String]) -> String {
    words.map { word in
      if word.printableLines != word || word.contains("\n") { return ansiQuoted(word) }
      let plain = word.allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0))
      }
      return plain && !word.isEmpty
        ? word
        : "'"
          + word.split(separator: "'", omittingEmptySubsequences: false)
          .joined(separator: "'\\''") + "'"
    }.joined(separator: " ")
  }

  /// What would break out of the line is written as escapes, byte by byte, which bash and zsh read.
  private static func ansiQuoted(_ word: String) -> String {
    let bytes = word.utf8.map { byte in
      switch UnicodeScalar(byte) {
      case "'", "\\": "\\\(UnicodeScalar(byte))"
      case " "..."~": "\(UnicodeScalar(byte))"
      default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return "$'" + bytes.joined() + "'"
  }
}
