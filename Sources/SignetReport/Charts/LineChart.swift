/// Lines over a common axis.
struct LineChart: Sendable {
  struct Line: Hashable, Sendable {
    var series: ChartSeries
    /// In order; what is no number leaves a gap.
    var points: [Point]
  }

  struct Point: Hashable, Sendable {
    var x: Double
    var y: Double
    /// What stands there, for a pointer that rests on it.
    var text: String = ""
  }

  /// What is shown, in a sentence, for those who cannot see it.
  var title: String
  /// What goes to the right.
  var axis: String
  var lines: [Line]
  var isLogarithmic = false
  /// Names of places on the axis; `nil`: round numbers.
  var places: [(x: Double, name: String)]?

  private static let height = 190.0
  private static let top = 18.0
  private static let bottom = 160.0
  /// More points are a line without dots.
  private static let mostDots = 80

  var markup: Markup {
    let points = lines.flatMap(\.points)
    let x = ChartScale(covering: points.map(\.x))
    let y = ChartScale(covering: points.map(\.y), isLogarithmic: isLogarithmic)
    guard points.contains(where: { y.position($0.y) != nil }) else { return .nothing }
    return """
      \(lines.map(\.series).legend)
      <svg class="chart" role="img" aria-label="\(title)" width="100%" \
      height="\(ChartNumber.place(Self.height))">
      \(y.ticks().compactMap { grid($0, y) })
      \(axisLabels(x))
      <svg x="0" y="\(ChartNumber.place(Self.top))" width="100%" \
      height="\(ChartNumber.place(Self.bottom - Self.top))" viewBox="0 0 1000 1000" \
      preserveAspectRatio="none" aria-hidden="true">
      \(lines.flatMap { paths($0, x, y) })
      </svg>
      \(lines.flatMap { dots($0, x, y) })
      </svg>
      """
  }

  private func grid(_ value: Double, _ scale: ChartScale) -> Markup? {
    guard let place = scale.position(value) else { return nil }
    let y = Self.bottom - place * (Self.bottom - Self.top)
    return """
      <line class="grid" x1="0" x2="100%" y1="\(ChartNumber.place(y))" y2="\(ChartNumber.place(y))"/>
      <text class="tick" x="0" y="\(ChartNumber.place(y - 4))">\(ChartNumber.label(value))</text>
      """
  }

  private func axisLabels(_ scale: ChartScale) -> Markup {
    let named = places ?? scale.ticks().map { ($0, ChartNumber.label($0)) }
    let labels: [Markup] = named.compactMap { place, name in
      guard let position = scale.position(place) else { return nil }
      let anchor = position < 0.05 ? "start" : position > 0.95 ? "end" : "middle"
      return """
        <text class="tick" x="\(ChartNumber.percent(position))" \
        y="\(ChartNumber.place(Self.bottom + 15))" text-anchor="\(anchor)">\(name)</text>
        """
    }
    return """
      \(labels)
      <text class="tick" x="50%" y="\(ChartNumber.place(Self.height - 2))" \
      text-anchor="middle">\(axis)</text>
      """
  }

  /// A path for each stretch without gaps.
  private func paths(_ line: Line, _ x: ChartScale, _ y: ChartScale) -> [Markup] {
    var stretches: [[String]] = [[]]
    for point in line.points {
      if let left = x.position(point.x), let height = y.position(point.y) {
        stretches[stretches.count - 1].append(
          "\(ChartNumber.place(1000 * left)) \(ChartNumber.place(1000 * (1 - height)))")
      } else {
        stretches.append([])
      }
    }
    return stretches.filter { $0.count > 1 }.map {
      "<path class=\"line \(line.series.colour.rawValue)\" d=\"M\($0.joined(separator: "L"))\"/>"
    }
  }

  private func dots(_ line: Line, _ x: ChartScale, _ y: ChartScale) -> [Markup] {
    guard line.points.count <= Self.mostDots else { return [] }
    return line.points.compactMap { point in
      guard let left = x.position(point.x), let height = y.position(point.y) else { return nil }
      return """
        <circle class="\(line.series.colour.rawValue)" cx="\(ChartNumber.percent(left))" \
        cy="\(ChartNumber.place(Self.bottom - height * (Self.bottom - Self.top)))" \
        r="2.5"><title>\(point.text)</title></circle>
        """
    }
  }
}
