/// Words set in lines.
package enum Paragraph {
  /// Breaks between words where a line would pass `columns` characters; a word that is longer stands
  /// alone on its line.
  ///
  /// - Parameters:
  ///   - first: what the first line begins with
  ///   - rest: what the others begin with
  package static func text(
    _ words: [String], first: String = "", rest: String = "", columns: Int
  ) -> String {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in words {
      if !isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        line = rest
        isEmpty = true
      }
      line += isEmpty ? String(word.drop { $0 == " " }) : " " + word
      isEmpty = false
    }
    return (lines + [line]).joined(separator: "\n")
  }

  package static func words(_ text: String) -> [String] {
    text.split(separator: " ").map(String.init)
  }

  /// The words of facts that two spaces part.
  package static func words(apart facts: [String]) -> [String] {
    facts.enumerated().flatMap { index, fact in
      words(fact).enumerated().map { index > 0 && $0 == 0 ? " " + $1 : $1 }
    }
  }

  /// Lines of a name and what there is to say of it, under one another.
  package static func facts(_ facts: [(name: String, text: String)], width: Int, columns: Int)
    -> String
  {
    facts.map { fact in
      text(
        words(fact.text), first: fact.name.padded(to: width, .left),
        rest: String(repeating: " ", count: width), columns: columns)
    }.joined(separator: "\n")
  }
}
