extension Table {
  /// - Parameter caption: what the table says, for those who cannot see where it stands
  func html(caption: String) -> Markup {
    let titles: [Markup] = columns.map { "<th scope=\"col\"\(Self.style($0))>\($0.title)</th>" }
    let body: [Markup] = rows.map { row in
      let cells: [Markup] = zip(columns, row).enumerated().map { index, cell in
        index == 0
          ? "<th scope=\"row\"\(Self.style(cell.0))>\(cell.1)</th>"
          : "<td\(Self.style(cell.0))>\(cell.1)</td>"
      }
      return "<tr>\(cells)</tr>"
    }
    return """
      <div class="scroll" role="region" tabindex="0" aria-label="\(caption)">
      <table><caption>\(caption)</caption>
      <thead><tr>\(titles)</tr></thead>
      <tbody>
      \(body)
      </tbody></table></div>
      """
  }

  /// The same, closed until somebody asks for it.
  func disclosed(caption: String, summary: String = "The numbers as a table") -> Markup {
    """
    <details><summary>\(summary)</summary>
    \(html(caption: caption))
    </details>
    """
  }

  private static func style(_ column: Column) -> Markup {
    column.alignment == .right ? " class=\"number\"" : ""
  }
}
