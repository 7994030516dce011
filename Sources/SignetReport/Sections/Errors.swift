import SignetModel

/// What binarizing did to each layer, and how that adds up.
extension NetworkReport {
  private static let before = ChartSeries(name: "signs alone", colour: .quiet)
  private static let after = ChartSeries(name: "after hashing", colour: .accent)

  var errors: PageSection? {
    let layers = subject.model.layerFigures.filter { $0.record != nil }
    guard !layers.isEmpty else { return nil }
    let isOutdated = subject.model.provenance.placeOfOutdatedRecords != nil
    let worst = Self.selected(layers) { $0.record?.errorAfter ?? 0 }
    let chart = BarChart(
      title: "Relative squared error of each binary layer's outputs, before and after hashing",
      series: [Self.before, Self.after],
      rows: worst.compactMap { layer in
        layer.record.map {
          BarChart.Row(
            name: layer.name, values: [$0.errorBefore, $0.errorAfter],
            text: "\(Quantity.fraction($0.errorBefore)) → \(Quantity.fraction($0.errorAfter))")
        }
      })
    return PageSection(
      "errors", "Error, layer by layer",
      lead: """
        \(Self.remark(on: worst, of: layers, "worst"))The share of a layer’s output energy that is lost \
        on the calibration images, each layer by itself: with signs and mean magnitudes alone, and with \
        the codes that were chosen.\(isOutdated ? " So it was before the model was trained further." : "")
        """,
      [
        chart.markup, sensitivity,
        Self.table(layers).disclosed(caption: "Error of each binary layer"),
      ])
  }

  private var sensitivity: Markup {
    let layers = subject.model.layerFigures.filter { $0.record?.sensitivity != nil }
    guard !layers.isEmpty else { return .nothing }
    let chart = BarChart(
      title: "How far each layer alone moves the network's output",
      series: [ChartSeries(name: "output moves by", colour: .warm)],
      rows: Self.selected(layers) { $0.record?.sensitivity?.divergence ?? 0 }.compactMap { layer in
        layer.record?.sensitivity.map {
          BarChart.Row(
            name: layer.name, values: [$0.divergence], text: ChartNumber.label($0.divergence))
        }
      })
    return .heading("What each layer alone does to the output") + chart.markup
  }

  private static func table(_ layers: [LayerFigures]) -> Table {
    var table = Table([
      Table.Column("layer", .left), Table.Column("signs alone"), Table.Column("after hashing"),
      Table.Column("codes changed"), Table.Column("alone: divergence"),
      Table.Column("top-1 changed"),
    ])
    for layer in layers {
      guard let record = layer.record else { continue }
      func percent(_ share: Double?) -> String {
        share.map { "\(Quantity.percent(100 * $0))" } ?? "–"
      }
      table.append([
        layer.name, "\(Quantity.fraction(record.errorBefore))",
        "\(Quantity.fraction(record.errorAfter))", percent(record.changedCodes),
        record.sensitivity.map { ChartNumber.label($0.divergence) } ?? "–",
        percent(record.sensitivity?.changedTop1),
      ])
    }
    return table
  }

  var deviation: PageSection? {
    guard deviations.count > 1 else { return nil }
    let last = deviations.count - 1
    let chart = LineChart(
      title:
        "Relative squared error of each layer's output beside the float network's, in forward order",
      axis: "layers, in forward order",
      lines: [
        LineChart.Line(
          series: ChartSeries(name: "error so far", colour: .accent),
          points: deviations.enumerated().map { index, layer in
            LineChart.Point(
              x: Double(index), y: layer.relativeError,
              text: "\(layer.name.printable): \(Quantity.fraction(layer.relativeError))")
          })
      ],
      places: [
        (0, deviations[0].name.printable.shortened(to: 20)),
        (Double(last), deviations[last].name.printable.shortened(to: 20)),
      ])
    var table = Table([Table.Column("layer", .left), Table.Column("error so far")])
    for layer in deviations {
      table.append([layer.name, "\(Quantity.fraction(layer.relativeError))"])
    }
    return PageSection(
      "deviation", "Error through the network",
      lead: """
        Both networks see the same images; the line is how far each layer’s output is from the float \
        network’s, with everything before it binary too: ‖y−ŷ‖²/‖y‖², 1 being as far as saying nothing.
        """,
      [chart.markup, table.disclosed(caption: "Error through the network")])
  }
}
