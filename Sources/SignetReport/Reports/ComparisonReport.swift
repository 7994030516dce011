import SignetModel

/// How methods compare that were given the same network, data, seed and epochs. Also what a
/// comparison that was cut short goes on from.
public struct ComparisonReport: Report, Codable {
  public struct Row: Codable, Hashable, Sendable {
    public var method: String
    /// Percent, measured by running the saved file.
    public var top1: Double
    /// Percent.
    public var error: Double
    /// Of training, beyond the float network's.
    public var epochs: Double
    /// Of all commands together.
    public var seconds: Double
    public var fileBytes: Int
    /// The model file.
    public var file: String
    /// What was run, in order.
    public var commands: [String]

    public init(
      method: String, top1: Double, epochs: Double, seconds: Double, fileBytes: Int, file: String,
      commands: [String]
    ) {
      self.method = method
      self.top1 = top1
      error = 100 - top1
      self.epochs = epochs
      self.seconds = seconds
      self.fileBytes = fileBytes
      self.file = file
      self.commands = commands
    }
  }

  /// A command that was run or begun.
  public struct Step: Codable, Hashable, Sendable {
    public var command: String
    /// The file it writes.
    public var output: String
    /// All attempts together.
    public var seconds: Double
    public var isFinished: Bool

    public init(command: String, output: String, seconds: Double, isFinished: Bool) {
      self.command = command
      self.output = output
      self.seconds = seconds
      self.isFinished = isFinished
    }
  }

  public var network: String
  public var data: String
  public var seed: UInt64
  public var rows: [Row]
  public var steps: [Step]

  public init(
    network: String, data: String, seed: UInt64, rows: [Row] = [], steps: [Step] = []
  ) {
    self.network = network
    self.data = data
    self.seed = seed
    self.rows = rows
    self.steps = steps
  }

  public var table: Table {
    var table = Table([
      Table.Column("method", .left), Table.Column("top-1"), Table.Column("error", spare: 1),
      Table.Column("epochs", spare: 2), Table.Column("time", spare: 3),
      Table.Column("file", spare: 4),
    ])
    for row in rows {
      let epochs =
        row.epochs == row.epochs.rounded() ? "\(Int(row.epochs))" : "\(row.epochs)"
      table.append([
        row.method, "\(Quantity.percent(row.top1))", "\(Quantity.percent(row.error))", epochs,
        "\(Quantity.seconds(row.seconds))", "\(Quantity.bytes(row.fileBytes))",
      ])
    }
    return table
  }

  public var text: String { table.text }

  public func text(columns: Int) -> String { table.text(columns: columns) }

  /// The table as a page, with the command behind each number.
  public var markdown: String {
    let commands = rows.map { row in
      ([row.method + ":"] + row.commands.map { "    " + $0 }).joined(separator: "\n\n")
    }
    return """
      # \(network.printablePath) on \(data.printablePath)

      Top-1 on the test split of the saved files; seed \(seed); epochs beyond the float network's.

      \(table.markdown)

      ## Commands

      \(commands.joined(separator: "\n\n"))

      """
  }
}
