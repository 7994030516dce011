/// The result of a subcommand: text for people, an encoded object for programs.
public protocol Report: Encodable, Sendable {
  /// Lines for a terminal, without a trailing newline.
  var text: String { get }
}
