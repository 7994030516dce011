/// The story of one network: float, binarized, fine-tuned.
public struct DemoReport: Report {
  public struct Row: Codable, Hashable, Sendable {
    public var name: String
    /// Percent, measured by running the saved file.
    public var top1: Double
    public var fileBytes: Int
    /// Latency of one image at one thread.
    public var medianMilliseconds: Double
    /// What ran it: `runtime` or `torch`.
    public var engine: String
    /// The model file.
    public var file: String

    public init(
      name: String, top1: Double, fileBytes: Int, medianMilliseconds: Double, engine: String,
      file: String
    ) {
      self.name = name
      self.top1 = top1
      self.fileBytes = fileBytes
      self.medianMilliseconds = medianMilliseconds
      self.engine = engine
      self.file = file
    }
  }

  /// The float network first.
  public var rows: [Row]
  public var testImages: Int
  public var seconds: Double

  public init(rows: [Row], testImages: Int, seconds: Double) {
    self.rows = rows
    self.testImages = testImages
    self.seconds = seconds
  }

  public var table: Table {
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

  public var text: String { text(columns: .max) }

  public func text(columns: Int) -> String {
    let remark =
      "Fashion-MNIST, \(Quantity.count(testImages)) test images; this run took "
      + "\(Quantity.seconds(seconds))."
    return table.text(columns: columns) + "\n\n"
      + Paragraph.text(Paragraph.words(remark), columns: columns)
  }
}
