/// Models by what they cost and what they are worth, with the line of those that no other beats.
struct ParetoChart: Sendable {
  struct Point: Hashable, Sendable {
    /// A letter that the legend explains.
    var mark: String
    var name: String
    /// Less is better.
    var cost: Double
    /// More is better.
    var worth: Double
  }

  /// What is shown, in a sentence, for those who cannot see it.
  var title: String
  var costTitle: String
  var worthTitle: String
  var points: [Point]

  private static let height = 230.0
  private static let top = 40.0
  private static let bottom = 190.0
  /// Room on both sides, as a share of the width.
  private static let margin = 0.08

  /// Those that no other point beats in one and equals in the other, cheapest first.
  var front: [Point] {
    points.filter { point in
      point.cost.isFinite && point.worth.isFinite
        && !points.contains { other in
          other.cost <= point.cost && other.worth >= point.worth
            && (other.cost < point.cost || other.worth > point.worth)
        }
    }.sorted { $0.cost < $1.cost }
  }

  var markup: Markup {
    let x = ChartScale(covering: points.map(\.cost), startsAtZero: true)
    let y = ChartScale(covering: points.map(\.worth))
    guard !front.isEmpty else { return .nothing }
    return """
      <svg class="chart" role="img" aria-label="\(title)" width="100%" \
      height="\(ChartNumber.place(Self.height))">
      <text class="tick" x="0" y="12">\(worthTitle)</text>
      \(y.ticks().compactMap { grid($0, y) })
      \(x.ticks().compactMap { label($0, x) })
      <text class="tick" x="50%" y="\(ChartNumber.place(Self.height - 4))" \
      text-anchor="middle">\(costTitle)</text>
      \(steps(x, y))
      \(points.compactMap { point($0, x, y) })
      \(labels(x, y))
      </svg>
      """
  }

  private func left(_ position: Double) -> Double {
    Self.margin + position * (1 - 2 * Self.margin)
  }

  private func height(_ position: Double) -> Double {
    Self.bottom - position * (Self.bottom - Self.top)
  }

  private func grid(_ value: Double, _ scale: ChartScale) -> Markup? {
    guard let place = scale.position(value) else { return nil }
    let y = height(place)
    return """
      <line class="grid" x1="0" x2="100%" y1="\(ChartNumber.place(y))" y2="\(ChartNumber.place(y))"/>
      <text class="tick" x="0" y="\(ChartNumber.place(y - 4))">\(ChartNumber.label(value))</text>
      """
  }

  private func label(_ value: Double, _ scale: ChartScale) -> Markup? {
    guard let place = scale.position(value) else { return nil }
    return """
      <text class="tick" x="\(ChartNumber.percent(left(place)))" \
      y="\(ChartNumber.place(Self.bottom + 16))" text-anchor="middle">\(ChartNumber.label(value))</text>
      """
  }

  /// From one model of the front to the next: what lies between costs the dearer one's price.
  private func steps(_ x: ChartScale, _ y: ChartScale) -> [Markup] {
    zip(front, front.dropFirst()).flatMap { first, second -> [Markup] in
      guard let x1 = x.position(first.cost), let x2 = x.position(second.cost),
        let y1 = y.position(first.worth), let y2 = y.position(second.worth)
      else { return [] }
      let (left, right) = (ChartNumber.percent(left(x1)), ChartNumber.percent(left(x2)))
      let (low, high) = (ChartNumber.place(height(y1)), ChartNumber.place(height(y2)))
      return [
        "<line class=\"front\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(low)\" y2=\"\(low)\"/>",
        "<line class=\"front\" x1=\"\(right)\" x2=\"\(right)\" y1=\"\(low)\" y2=\"\(high)\"/>",
      ]
    }
  }

  private func point(_ point: Point, _ x: ChartScale, _ y: ChartScale) -> Markup? {
    guard let cost = x.position(point.cost), let worth = y.position(point.worth) else { return nil }
    let colour: ChartSeries.Colour = front.contains(point) ? .accent : .quiet
    let place = ChartNumber.percent(left(cost))
    return """
      <g><title>\(point.name): \(worthTitle) \(ChartNumber.label(point.worth)), \
      \(costTitle) \(ChartNumber.label(point.cost))</title>
      <circle class="\(colour.rawValue)" cx="\(place)" cy="\(ChartNumber.place(height(worth)))" r="5"/></g>
      """
  }

  /// Marks nearer than this, as a share of the chart, are written together.
  private static let nearness = 0.06

  private func labels(_ x: ChartScale, _ y: ChartScale) -> [Markup] {
    var labels: [(cost: Double, worth: Double, text: String)] = []
    for point in points {
      guard let cost = x.position(point.cost), let worth = y.position(point.worth) else { continue }
      let near = labels.firstIndex {
        abs($0.cost - cost) < Self.nearness && abs($0.worth - worth) < Self.nearness
      }
      if let near {
        labels[near].text += " " + point.mark
      } else {
        labels.append((cost, worth, point.mark))
      }
    }
    return labels.map { label in
      let isLeft = label.cost > 0.9
      return """
        <text class="mark" x="\(ChartNumber.percent(left(label.cost)))" dx="\(isLeft ? -8 : 8)" \
        y="\(ChartNumber.place(height(label.worth) - 7))" \
        text-anchor="\(isLeft ? "end" : "start")">\(label.text)</text>
        """
    }
  }
}
