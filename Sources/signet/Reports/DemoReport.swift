import SignetModel
import SignetReport

/// The story of one network: float, binarized, fine-tuned.
struct DemoReport: Report {
  struct Row: Codable, Hashable, Sendable {
    var name: String
    /// Percent, measured by running the saved file.
    var top1: Double
    var fileBytes: Int
    /// Latency of one image at one thread.
    var medianMilliseconds: Double
    /// What ran it: `runtime` or `torch`.
    var engine: String
    /// The model file.
    var file: String
  }

  /// The float network first.
  var rows: [Row]
  var testImages: Int
  var seconds: Double
  /// The page to look at.
  var page: String

  var table: Table {
    var table = Table([
      Table.Column("network", .left), Table.Column("top-1"),
      Table.Column("file", spare: 3), Table.Column("smaller", spare: 1),
      Table.Column("1 image, 1 thread"), Table.Column("run by", .left, spare: 2),
    ])
    for row in rows {
      let ratio = Double(rows[0].fileBytes) / Double(max(1, row.fileBytes))
      table.append([
        row.name, "\(Quantity.percent(row.top1))", "\(Quantity.bytes(row.fileBytes))",
        "\(Quantity.ratio(ratio))", "\(Quantity.milliseconds(row.medianMilliseconds))",
        row.engine,
      ])
    }
    return table
  }

  var text: String { text(columns: .max) }

  func text(columns: Int) -> String {
    let remark =
      "Fashion-MNIST, \(Quantity.count(testImages)) test images; this run took "
      + "\(Quantity.seconds(seconds))."
    return table.text(columns: columns) + "\n\n"
      + Paragraph.text(Paragraph.words(remark), columns: columns)
      + "\n→ \(page.printablePath): look at it in a browser"
  }
}
