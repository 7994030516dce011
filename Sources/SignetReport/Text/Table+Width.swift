/// Tables on narrow terminals.
extension Table {
  /// The text in lines of at most `limit` characters: the columns that matter least are left out,
  /// which is said below, then cells go on in further lines.
  public func text(columns limit: Int) -> String {
    var shown = Array(columns.indices)
    var left: [Int] = []
    while Self.width(shown.map { widths[$0] }) > limit,
      let next = shown.filter({ columns[$0].spare != nil })
        .min(by: { (columns[$0].spare ?? 0) < (columns[$1].spare ?? 0) })
    {
      shown.removeAll { $0 == next }
      left.append(next)
    }
    let narrow = fitted(shown.map { widths[$0] }, to: limit)
    let rule = narrow.map { String(repeating: "─", count: $0) }
    let body = ([columns.map(\.title)] + rows).map { row in
      lines(of: shown.map { row[$0] }, as: shown.map { columns[$0].alignment }, narrow)
    }
    let table =
      [body[0], [rule.joined(separator: "  ")]].flatMap { $0 } + body.dropFirst().flatMap { $0 }
    guard !left.isEmpty else { return table.joined(separator: "\n") }
    let names = left.sorted().map { "'\(columns[$0].title)'" }.joined(separator: ", ")
    let remark = "Left out for want of room: \(names); --json has all."
    return (table + [Paragraph.text(Paragraph.words(remark), columns: limit)])
      .joined(separator: "\n")
  }

  /// Of a line of columns that wide.
  private static func width(_ widths: [Int]) -> Int {
    widths.reduce(0, +) + 2 * max(0, widths.count - 1)
  }

  /// Widths that fit, taken from the widest column as long as that leaves a word's room.
  private func fitted(_ widths: [Int], to limit: Int) -> [Int] {
    let leastWidth = 8
    var widths = widths
    while Self.width(widths) > limit,
      let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > leastWidth
    {
      widths[widest] -= 1
    }
    return widths
  }

  private func lines(
    of cells: [String], as alignments: [Alignment], _ widths: [Int]
  ) -> [String] {
    let pieces = zip(cells, widths).map { Self.pieces(of: $0, width: $1) }
    return (0..<(pieces.map(\.count).max() ?? 0)).map { line in
      let parts = pieces.indices.map { column in
        (line < pieces[column].count ? pieces[column][line] : "")
          .padded(to: widths[column], alignments[column])
      }
      return parts.joined(separator: "  ").trimmingTrailingSpaces
    }
  }

  /// A cell's text in pieces of at most `width` characters, broken between words where it has some.
  private static func pieces(of cell: String, width: Int) -> [String] {
    guard cell.count > width, width > 0 else { return [cell] }
    var pieces: [String] = []
    for line in Paragraph.text(Paragraph.words(cell), columns: width).split(separator: "\n") {
      var rest = line
      while !rest.isEmpty {
        pieces.append(String(rest.prefix(width)))
        rest = rest.dropFirst(width)
      }
    }
    return pieces
  }
}
