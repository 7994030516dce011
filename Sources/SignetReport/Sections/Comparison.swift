import SignetModel

/// Several models by size, time and worth.
extension NetworkReport {
  /// The subject first, then the others, the float network last.
  private var models: [MeasuredModel] { [subject] + others + [float].compactMap { $0 } }

  var comparison: PageSection? {
    let models = models
    guard models.count > 1 else { return nil }
    return PageSection(
      "comparison", "Side by side",
      lead: """
        The models of this page, measured on the same images and the same machine. A dashed line \
        joins those that no other beats: the Pareto front.
        """,
      [pareto, Self.table(models).html(caption: "Models side by side")])
  }

  private static func mark(_ index: Int) -> String {
    index < 26 ? String(UnicodeScalar(UInt8(65 + index))) : "\(index + 1)"
  }

  private static func table(_ models: [MeasuredModel]) -> Table {
    var columns = [
      Table.Column("model", .left), Table.Column("file"), Table.Column("bits per weight"),
    ]
    let isMeasured = (
      accuracy: models.contains { $0.accuracy != nil },
      agreement: models.contains { $0.agreement != nil },
      time: models.contains { $0.milliseconds != nil }
    )
    if isMeasured.accuracy { columns.append(Table.Column("top-1")) }
    if isMeasured.agreement { columns.append(Table.Column("agreement with float")) }
    if isMeasured.time { columns.append(Table.Column("one image")) }
    var table = Table(columns)
    for (index, model) in models.enumerated() {
      func percent(_ value: Double?) -> String { value.map { "\(Quantity.percent($0))" } ?? "–" }
      table.append(
        [
          "\(mark(index))  \(model.name)", "\(Quantity.bytes(model.fileBytes))",
          ChartNumber.place(model.model.meanBits),
        ] + (isMeasured.accuracy ? [percent(model.accuracy)] : [])
          + (isMeasured.agreement ? [percent(model.agreement)] : [])
          + (isMeasured.time
            ? [model.milliseconds.map { "\(Quantity.milliseconds($0))" } ?? "–"] : []))
    }
    return table
  }

  private var pareto: Markup {
    let worthTitle =
      subject.accuracy == nil ? "agreement with float, percent" : "top-1, percent"
    func chart(
      _ costTitle: String, _ title: String, _ cost: (MeasuredModel) -> Double?
    ) -> Markup {
      let points = models.enumerated().compactMap { index, model -> ParetoChart.Point? in
        let worth = subject.accuracy == nil ? model.agreement : model.accuracy
        guard let cost = cost(model), let worth else { return nil }
        return ParetoChart.Point(
          mark: Self.mark(index), name: model.name.printable, cost: cost, worth: worth)
      }
      guard points.count > 1 else { return .nothing }
      return "<div>"
        + ParetoChart(title: title, costTitle: costTitle, worthTitle: worthTitle, points: points)
        .markup + "</div>"
    }
    let charts = [
      chart("bits per weight", "\(worthTitle) against bits per weight") { $0.model.meanBits },
      chart("milliseconds for one image", "\(worthTitle) against milliseconds") {
        $0.milliseconds
      },
    ].filter { !$0.isEmpty }
    return charts.isEmpty ? .nothing : "<div class=\"pair\">\n\(charts)\n</div>"
  }
}
