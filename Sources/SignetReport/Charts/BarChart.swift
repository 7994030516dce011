import SignetModel

/// Horizontal bars under their names, one for each series.
struct BarChart: Sendable {
  struct Row: Hashable, Sendable {
    var name: String
    /// One per series; no bar for what is no number.
    var values: [Double]
    /// The values in words, at the end of the line.
    var text: String
  }

  /// What is shown, in a sentence, for those who cannot see it.
  var title: String
  var series: [ChartSeries]
  var rows: [Row]

  private static let lineHeight = 18.0
  private static let barHeight = 6.0
  private static let gap = 10.0
  /// Of the narrowest screen, beside the values.
  private static let nameWidth = 24

  var markup: Markup {
    guard !rows.isEmpty else { return .nothing }
    let scale = ChartScale(covering: rows.flatMap(\.values), startsAtZero: true)
    let barsHeight = Double(series.count) * (Self.barHeight + 2)
    let pitch = Self.lineHeight + barsHeight + Self.gap
    let drawn: [Markup] = rows.enumerated().map { index, row in
      let top = Double(index) * pitch
      return self.row(row, top: top, scale)
    }
    return """
      \(series.legend)
      <svg class="chart" role="img" aria-label="\(title)" width="100%" \
      height="\(ChartNumber.place(Double(rows.count) * pitch))">
      \(drawn)
      </svg>
      """
  }

  private func row(_ row: Row, top: Double, _ scale: ChartScale) -> Markup {
    let baseline = ChartNumber.place(top + 13)
    let zero = scale.position(0) ?? 0
    let bars: [Markup] = zip(series, row.values).enumerated().compactMap { index, bar in
      guard let end = scale.position(bar.1) else { return nil }
      let y = top + Self.lineHeight + Double(index) * (Self.barHeight + 2)
      return """
        <rect class="\(bar.0.colour.rawValue)" x="\(ChartNumber.percent(min(zero, end)))" \
        y="\(ChartNumber.place(y))" width="\(ChartNumber.percent(abs(end - zero)))" \
        height="\(ChartNumber.place(Self.barHeight))" rx="1"/>
        """
    }
    return """
      <g><title>\(row.name.printable): \(row.text)</title>
      <text x="0" y="\(baseline)">\(row.name.printable.shortened(to: Self.nameWidth))</text>
      <text class="value" x="100%" y="\(baseline)">\(row.text)</text>
      \(bars)</g>
      """
  }
}
