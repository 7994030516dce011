import Testing

@testable import SignetReport

@Suite struct ChartTests {
  private let series = [
    ChartSeries(name: "before", colour: .quiet), ChartSeries(name: "after <b>", colour: .accent),
  ]

  @Test func barsAreAsLongAsTheirValues() {
    let chart = BarChart(
      title: "errors", series: series,
      rows: [
        .init(name: "conv1", values: [1, 0.5], text: "1 → 0.5"),
        .init(name: "conv2", values: [0.25, .nan], text: "–"),
      ])
    let text = chart.markup.text
    #expect(
      text.contains(
        "<rect class=\"quiet\" x=\"0%\" y=\"18\" width=\"100%\" height=\"6\" rx=\"1\"/>"))
    #expect(
      text.contains(
        "<rect class=\"accent\" x=\"0%\" y=\"26\" width=\"50%\" height=\"6\" rx=\"1\"/>"))
    #expect(text.contains("width=\"25%\""))
    #expect(text.components(separatedBy: "<rect").count == 4)
    #expect(text.contains("role=\"img\" aria-label=\"errors\""))
    #expect(text.contains("after &lt;b&gt;"))
  }

  @Test func namesAreEscapedAndCutFromTheLeft() {
    let name = "<script>\"]]>" + String(repeating: "x", count: 40) + "tail"
    let text = BarChart(
      title: name, series: [series[0]], rows: [.init(name: name, values: [1], text: "1")]
    ).markup.text
    #expect(!text.contains("<script>"))
    #expect(text.contains("xtail</text>"))
    #expect(text.contains("…"))
  }

  @Test func chartsOfNothingAreNothing() {
    #expect(BarChart(title: "t", series: series, rows: []).markup.isEmpty)
    #expect(
      LineChart(title: "t", axis: "x", lines: [.init(series: series[0], points: [])])
        .markup.isEmpty)
    #expect(
      LineChart(
        title: "t", axis: "x",
        lines: [.init(series: series[0], points: [.init(x: 0, y: .nan)])]
      ).markup.isEmpty)
    #expect(
      ParetoChart(title: "t", costTitle: "c", worthTitle: "w", points: []).markup.isEmpty)
  }

  @Test func linesGoThroughTheirPointsAndLeaveGaps() {
    let points: [LineChart.Point] = [
      .init(x: 0, y: 0), .init(x: 1, y: 10), .init(x: 2, y: .nan), .init(x: 3, y: 5),
      .init(x: 4, y: 10, text: "the <last>"),
    ]
    let text = LineChart(
      title: "t", axis: "x", lines: [.init(series: series[0], points: points)]
    ).markup.text
    #expect(text.contains("d=\"M0 1000L250 0\""))
    #expect(text.contains("d=\"M750 500L1000 0\""))
    #expect(text.components(separatedBy: "<circle").count == 5)
    #expect(text.contains("<title>the &lt;last&gt;</title>"))
  }

  @Test func hugeValuesStayOnTheChart() {
    let points: [LineChart.Point] = [
      .init(x: 0, y: -1e308), .init(x: 1, y: 1e308), .init(x: 2, y: .infinity),
    ]
    let text = LineChart(
      title: "t", axis: "x", lines: [.init(series: series[0], points: points)]
    ).markup.text
    #expect(text.contains("d=\"M0 1000L500 0L1000 0\""))
    #expect(!text.contains("inf") && !text.contains("nan"))
  }

  @Test func theFrontLeavesOutWhatIsBeaten() {
    let points: [ParetoChart.Point] = [
      .init(mark: "A", name: "cheap", cost: 1, worth: 80),
      .init(mark: "B", name: "beaten", cost: 2, worth: 79),
      .init(mark: "C", name: "good", cost: 3, worth: 90),
      .init(mark: "D", name: "broken", cost: 4, worth: .nan),
      .init(mark: "E", name: "as good, dearer", cost: 5, worth: 90),
    ]
    let chart = ParetoChart(title: "t", costTitle: "ms", worthTitle: "%", points: points)
    #expect(chart.front.map(\.mark) == ["A", "C"])
    let text = chart.markup.text
    #expect(text.components(separatedBy: "class=\"front\"").count == 3)
    #expect(text.components(separatedBy: "<circle").count == 5)
  }

  @Test func marksOfOnePlaceStandTogether() {
    let points: [ParetoChart.Point] = [
      .init(mark: "A", name: "a", cost: 1, worth: 80),
      .init(mark: "B", name: "b", cost: 1, worth: 80),
      .init(mark: "C", name: "c", cost: 30, worth: 90),
    ]
    let text = ParetoChart(title: "t", costTitle: "ms", worthTitle: "%", points: points)
      .markup.text
    #expect(text.contains(">A B</text>"))
    #expect(text.contains("text-anchor=\"end\">C</text>"))
  }

  @Test func terminalBarsFitTheirLines() {
    let bars = TextBars(
      title: "error",
      rows: [
        .init(name: "conv1", value: 0.5, before: 1, text: "0.5"),
        .init(name: "fc", value: .nan, text: "–"),
      ])
    #expect(
      bars.text(columns: 22) == """
        error
        conv1  █████░░░░░  0.5
        fc                   –
        """)
    #expect(TextBars(title: "none", rows: []).text(columns: 10) == "none")
  }
}
