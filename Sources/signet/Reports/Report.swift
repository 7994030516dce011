import SignetReport

/// The result of a subcommand: text for people, an encoded object for programs.
protocol Report: Encodable, Sendable {
  /// Lines for a terminal, without a trailing newline, as long as they come.
  var text: String { get }
  /// The same for lines of so many characters, where that can be: tables and paragraphs fit.
  func text(columns: Int) -> String
}

extension Report {
  func text(columns: Int) -> String { text }
}
