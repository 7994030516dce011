import SignetModel
import SignetReport

/// The page that was written, and what it says first.
struct PageReport: Report {
  struct Finding: Encodable, Hashable, Sendable {
    var figure: String
    var sentence: String
  }

  /// The HTML file.
  var output: String
  var fileBytes: Int
  var findings: [Finding]

  var text: String { text(columns: .max) }

  func text(columns: Int) -> String {
    let lines = findings.map {
      Paragraph.text(
        Paragraph.words("\($0.figure): \($0.sentence)"), rest: "  ", columns: columns)
    }
    return (lines + ["→ \(output.printablePath) (\(Quantity.bytes(fileBytes)))"])
      .joined(separator: "\n")
  }
}
