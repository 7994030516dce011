import SignetModel

/// Horizontal bars for a terminal.
package struct TextBars: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package var name: String
    /// The full bar's length; none for what is no number.
    package var value: Double
    /// Of the lighter bar that goes on behind it.
    package var before: Double?
    /// The value in words.
    package var text: String

    package init(name: String, value: Double, before: Double? = nil, text: String) {
      self.name = name
      self.value = value
      self.before = before
      self.text = text
    }
  }

  package var title: String
  package var rows: [Row]

  package init(title: String, rows: [Row]) {
    self.title = title
    self.rows = rows
  }

  private static let leastBar = 8
  private static let longestName = 32

  /// Lines of at most so many characters, as long as there is room for the bars.
  package func text(columns: Int) -> String {
    let names = rows.map { $0.name.printable.shortened(to: Self.longestName) }
    let nameWidth = names.map(\.count).max() ?? 0
    let textWidth = rows.map(\.text.count).max() ?? 0
    let room = min(columns, 100) - nameWidth - textWidth - 4
    let width = max(Self.leastBar, room)
    let scale = ChartScale(
      covering: rows.flatMap { [$0.value, $0.before ?? 0] }, startsAtZero: true)
    let lines = zip(names, rows).map { name, row in
      let full = Self.length(row.value, scale, width)
      let light = max(0, Self.length(row.before ?? 0, scale, width) - full)
      let bar = String(repeating: "█", count: full) + String(repeating: "░", count: light)
      return "\(name.padded(to: nameWidth, .left))  \(bar.padded(to: width, .left))  "
        + row.text.padded(to: textWidth, .right)
    }
    return ([title] + lines).joined(separator: "\n")
  }

  private static func length(_ value: Double, _ scale: ChartScale, _ width: Int) -> Int {
    guard let end = scale.position(value), let zero = scale.position(0) else { return 0 }
    return Int((max(0, end - zero) * Double(width)).rounded())
  }
}
