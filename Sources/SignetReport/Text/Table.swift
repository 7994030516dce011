import SignetModel

/// Rows under titled columns, as aligned text for a terminal or as Markdown for a page.
public struct Table: Hashable, Sendable {
  public enum Alignment: Hashable, Sendable {
    case left, right
  }

  public struct Column: Hashable, Sendable {
    public var title: String
    public var alignment: Alignment
    /// The order in which columns are left out where lines are short: 1 goes first, `nil` stays.
    public var spare: Int?

    public init(_ title: String, _ alignment: Alignment = .right, spare: Int? = nil) {
      self.title = title
      self.alignment = alignment
      self.spare = spare
    }
  }

  public let columns: [Column]
  public private(set) var rows: [[String]] = []

  public init(_ columns: [Column], rows: [[String]] = []) {
    self.columns = columns
    for row in rows { append(row) }
  }

  /// Adds a row; missing cells are empty, cells past the last column are dropped. Names in cells come
  /// from files of strangers: what would break out of the cell is written in visible characters.
  public mutating func append(_ cells: [String]) {
    let kept = cells.prefix(columns.count).map(\.printable)
    rows.append(kept + Array(repeating: "", count: columns.count - kept.count))
  }

  /// Lines of equal layout, two spaces between columns, no trailing spaces.
  public var text: String { text(columns: .max) }

  /// A Markdown table that is as readable in its source.
  public var markdown: String {
    let widths = self.widths.map { max($0, 3) }
    let rule = zip(columns, widths).map { column, width in
      column.alignment == .left
        ? String(repeating: "-", count: width) : String(repeating: "-", count: width - 1) + ":"
    }
    return ([columns.map(\.title), rule] + rows)
      .map { "| " + aligned($0, widths).joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }

  /// The widest cell of each column, in characters.
  var widths: [Int] {
    columns.indices.map { index in
      rows.map { $0[index].count }.max().map { max($0, columns[index].title.count) }
        ?? columns[index].title.count
    }
  }

  private func aligned(_ cells: [String], _ widths: [Int]) -> [String] {
    zip(columns, zip(cells, widths)).map { column, cell in
      cell.0.padded(to: cell.1, column.alignment)
    }
  }
}

extension String {
  package func padded(to width: Int, _ alignment: Table.Alignment) -> String {
    let space = String(repeating: " ", count: max(0, width - count))
    return alignment == .left ? self + space : space + self
  }

  var trimmingTrailingSpaces: String {
    var copy = self[...]
    while copy.last == " " { copy.removeLast() }
    return String(copy)
  }
}
