/// Words of a command line as they can be pasted into a shell.
enum ShellCommand {
  static func line(_ words: [String]) -> String {
    words.map { word in
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
}
