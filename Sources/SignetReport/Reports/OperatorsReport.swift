/// The operators that an import takes.
public struct OperatorsReport: Report {
  public struct Row: Codable, Sendable {
    public var operators: [String]
    public var takenAs: String
    public var limits: String

    public init(operators: [String], takenAs: String, limits: String) {
      self.operators = operators
      self.takenAs = takenAs
      self.limits = limits
    }
  }

  public var rows: [Row]
  /// What holds of the whole file.
  public var remarks: [String]

  public init(rows: [Row], remarks: [String]) {
    self.rows = rows
    self.remarks = remarks
  }

  public var text: String { text(columns: Self.width) }

  public func text(columns: Int) -> String {
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
