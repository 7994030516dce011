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

  public var text: String {
    let entries = rows.map { row in
      let limits = row.limits.isEmpty ? "" : " (\(row.limits))"
      return lines(row.operators.joined(separator: ", "), indent: "")
        + "\n" + lines("→ \(row.takenAs)\(limits)", indent: "    ")
    }
    return (entries + remarks.map { lines($0, indent: "") }).joined(separator: "\n")
  }

  /// Characters of a line.
  private static let width = 100

  /// The text broken between words.
  private func lines(_ text: String, indent: String) -> String {
    var lines = [indent]
    for word in text.split(separator: " ") {
      let isFirst = lines[lines.count - 1].allSatisfy { $0 == " " }
      if !isFirst, lines[lines.count - 1].count + word.count >= Self.width {
        lines.append(indent + "  ")
      }
      let isStart = lines[lines.count - 1].allSatisfy { $0 == " " }
      lines[lines.count - 1] += (isStart ? "" : " ") + word
    }
    return lines.joined(separator: "\n")
  }
}
