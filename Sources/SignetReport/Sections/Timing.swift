import SignetModel

/// Where the time goes.
extension NetworkReport {
  var timing: PageSection? {
    guard !times.isEmpty else { return nil }
    let longest = Self.selected(times.filter { $0.share >= 0.005 }) { $0.milliseconds }
    let hasFloat = times.contains { $0.floatMilliseconds != nil }
    var series = [ChartSeries(name: "here", colour: .accent)]
    if hasFloat {
      series.insert(ChartSeries(name: "the same layer in float", colour: .quiet), at: 0)
    }
    let chart = BarChart(
      title: "Milliseconds of each step of a run", series: series,
      rows: longest.map { step in
        let own = [step.milliseconds]
        return BarChart.Row(
          name: step.name, values: hasFloat ? [step.floatMilliseconds ?? .nan] + own : own,
          text: "\(Quantity.milliseconds(step.milliseconds))")
      })
    let slow = times.filter(\.isSlowerThanFloat).map(\.name.printable)
    return PageSection(
      "time", "Time, step by step",
      lead: """
        \(Self.remark(on: longest, of: times, "longest", "steps"))Medians of one image’s run\
        \(machine.map { ", \($0.threads) thread\($0.threads == 1 ? "" : "s"), \($0.kernels)" } ?? "").
        """,
      [
        chart.markup,
        .paragraph(
          slow.isEmpty
            ? "" : "Binary, and would be faster in float: \(slow.joined(separator: ", "))."),
        timeTable.disclosed(caption: "Time and kernel of each step"),
      ])
  }

  private var timeTable: Table {
    var table = Table([
      Table.Column("step", .left), Table.Column("output"), Table.Column("time"),
      Table.Column("share"), Table.Column("MAC/cycle"), Table.Column("as float"),
      Table.Column("kernel", .left),
    ])
    for step in times {
      table.append([
        step.name, "\(Shape(step.outputShape))", "\(Quantity.milliseconds(step.milliseconds))",
        "\(Quantity.percent(100 * step.share))",
        step.multiplyAddsPerCycle.map { ChartNumber.place($0.rounded()) } ?? "–",
        step.floatMilliseconds.map { "\(Quantity.milliseconds($0))" } ?? "–", step.kernel,
      ])
    }
    return table
  }
}
