import SignetModel

/// How training went, and where the model comes from.
extension NetworkReport {
  var history: PageSection? {
    let losses = metrics.filter { $0.loss != nil }
    guard !losses.isEmpty else { return nil }
    func points(_ value: (TrainingMetrics) -> Double?) -> [LineChart.Point] {
      metrics.compactMap { metrics in
        value(metrics).map {
          LineChart.Point(
            x: metrics.epoch, y: $0,
            text: "epoch \(ChartNumber.place(metrics.epoch)): \(ChartNumber.label($0))")
        }
      }
    }
    let loss = LineChart(
      title: "Loss over the epochs", axis: "epochs",
      lines: [
        LineChart.Line(series: ChartSeries(name: "loss", colour: .warm), points: points(\.loss))
      ])
    let accuracy = LineChart(
      title: "Percent right over the epochs, of training and of held-out images", axis: "epochs",
      lines: [
        LineChart.Line(
          series: ChartSeries(name: "training images, percent", colour: .quiet),
          points: points(\.top1)),
        LineChart.Line(
          series: ChartSeries(name: "held-out images, percent", colour: .accent),
          points: points(\.validation)),
      ].filter { !$0.points.isEmpty })
    return PageSection(
      "training", "Training",
      lead: "What the run wrote while it went: loss and accuracy over the epochs.",
      [
        Self.pair([("Loss", loss.markup), ("Accuracy", accuracy.markup)]),
        metricsTable.disclosed(caption: "Metrics of the training"),
      ])
  }

  /// Charts side by side, where there is room.
  private static func pair(_ charts: [(title: String, chart: Markup)]) -> Markup {
    let parts: [Markup] = charts.filter { !$0.chart.isEmpty }.map {
      "<div>\(Markup.heading($0.title))\n\($0.chart)</div>"
    }
    return "<div class=\"pair\">\n\(parts)\n</div>"
  }

  /// Rows of the table at most: a long run reports often.
  private static let mostRows = 200

  private var metricsTable: Table {
    var table = Table([
      Table.Column("epoch"), Table.Column("step"), Table.Column("loss"),
      Table.Column("training top-1"), Table.Column("held-out"), Table.Column("learning rate"),
      Table.Column("images/s"),
    ])
    let step = max(1, (metrics.count + Self.mostRows - 1) / Self.mostRows)
    for (index, line) in metrics.enumerated()
    where index % step == 0 || line.validation != nil || index == metrics.count - 1 {
      func percent(_ value: Double?) -> String { value.map { "\(Quantity.percent($0))" } ?? "–" }
      table.append([
        ChartNumber.place(line.epoch), "\(Quantity.count(line.step))",
        line.loss.map { "\(Quantity.fraction($0))" } ?? "–", percent(line.top1),
        percent(line.validation), ChartNumber.label(line.learningRate),
        line.imagesPerSecond.map { ChartNumber.place($0.rounded()) } ?? "–",
      ])
    }
    return table
  }

  var origin: PageSection? {
    let steps: [Markup] = subject.model.provenance.steps.map { step in
      let facts =
        [("data", step.data?.printablePath), ("seed", step.seed.map { "\($0)" })]
        .compactMap { name, value in value.map { (name, $0) } }
        + step.options.sorted { $0.key < $1.key }.map { ($0.key.printable, $0.value.printable) }
        + step.results.sorted { $0.key < $1.key }.map {
          ($0.key.printable, ChartNumber.place($0.value))
        }
      let list: [Markup] = facts.map { "<dt>\(GraphRow.word($0.0))</dt><dd>\($0.1)</dd>" }
      return """
        <li><details><summary>\(step.verb.printable)\(step.data.map { ", \($0.printablePath)" } ?? "")\
        </summary><dl>\(list)</dl></details></li>
        """
    }
    let list: Markup = steps.isEmpty ? .nothing : "<ol>\n\(steps)\n</ol>"
    func code(_ title: String, _ lines: [String]) -> Markup {
      guard !lines.isEmpty else { return .nothing }
      return .heading(title)
        + "<pre><code>\(lines.joined(separator: "\n"))</code></pre>" as Markup
    }
    return PageSection(
      "origin", "Where it comes from",
      lead: "What was done to the model, oldest first, as its file records it.",
      [
        list, code("To make this model again", makingCommands),
        code("To make this page again", commands),
      ])
  }
}
