import SignetModel
import SignetReport

/// How methods compare that were given the same network, data, seed and epochs. Also what a
/// comparison that was cut short goes on from.
struct ComparisonReport: Report, Codable {
  struct Row: Codable, Hashable, Sendable {
    var method: String
    /// Percent, measured by running the saved file.
    var top1: Double
    /// Percent.
    var error: Double
    /// Of training, beyond the float network's.
    var epochs: Double
    /// Of all commands together.
    var seconds: Double
    var fileBytes: Int
    /// The model file.
    var file: String
    /// What was run, in order.
    var commands: [String]

    init(
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
  struct Step: Codable, Hashable, Sendable {
    var command: String
    /// The file it writes.
    var output: String
    /// All attempts together.
    var seconds: Double
    var isFinished: Bool
  }

  var network: String
  var data: String
  var seed: UInt64
  var rows: [Row] = []
  var steps: [Step] = []

  var table: Table {
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

  var text: String { table.text }

  func text(columns: Int) -> String { table.text(columns: columns) }

  /// The table as a page, with the command behind each number.
  var markdown: String {
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
