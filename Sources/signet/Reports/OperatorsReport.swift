import SignetReport

/// The operators that an import takes.
struct OperatorsReport: Report {
  struct Row: Codable, Sendable {
    var operators: [String]
    var takenAs: String
    var limits: String
  }

  var rows: [Row]
  /// What holds of the whole file.
  var remarks: [String]

  var text: String { text(columns: Self.width) }

  func text(columns: Int) -> String {
    func lines(_ text: String, indent: String) -> String {
      Paragraph.text(
        Paragraph.words(text), first: indent, rest: indent + "  ",
        columns: min(columns, Self.width))
    }
    let entries = rows.map { row in
      let limits = row.limits.isEmpty ? "" : " (\(row.limits))"
      return lines(row.operators.joined(separator: ", "), indent: "")
        + "\n" + lines("→ \(row.takenAs)\(limits)", indent: "    ")
    }
    return (entries + remarks.map { lines($0, indent: "") }).joined(separator: "\n")
  }

  /// Characters of a line that reads well.
  private static let width = 100
}
