/// One of several things that a chart shows in its own colour.
struct ChartSeries: Hashable, Sendable {
  /// A colour of the style sheet: it differs in light and dark.
  enum Colour: String, Sendable {
    case accent, quiet, warm, cool
  }

  var name: String
  var colour: Colour
}

extension [ChartSeries] {
  /// Names and colours, above a chart.
  var legend: Markup {
    guard count > 1 else { return .nothing }
    let entries: [Markup] = map {
      "<li><span class=\"swatch \($0.colour.rawValue)\"></span>\($0.name)</li>"
    }
    return "<ul class=\"legend\">\(entries)</ul>"
  }
}

extension String {
  /// The same on one line: a number stays with its unit.
  var unbroken: String { replacing(" ", with: "\u{a0}") }

  /// The end of a name, which tells layers apart, in so many characters.
  func shortened(to width: Int) -> String {
    count > width ? "…" + suffix(max(0, width - 1)) : self
  }
}
