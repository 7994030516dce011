import SignetData
import SignetReport

/// How near a model's outputs are to those of another.
struct FidelityReport: Report {
  struct Output: Encodable, Hashable, Sendable {
    var name: String
    var kind: String
    /// ‖y − ŷ‖ / ‖y‖.
    var relativeError: Double
    var cosine: Double
    var largestError: Double
    /// Percent of images whose largest number is at the same place, of classes.
    var agreement: Double?
    /// KL of the class probabilities, in nats, of classes.
    var divergence: Double?
    /// In dB, of what looks like an image.
    var psnr: Double?

    init(_ fidelity: OutputFidelity) {
      name = fidelity.name
      kind = fidelity.kind.rawValue
      relativeError = fidelity.relativeError
      cosine = fidelity.cosine
      largestError = fidelity.largestError
      agreement = fidelity.agreement
      divergence = fidelity.divergence
      psnr = fidelity.psnr
    }
  }

  /// The file of the model that is measured against.
  var against: String
  var outputs: [Output]
  var images: Int
  var skipped: Int
  var seconds: Double
  var engine: String
  var threads: Int

  var text: String { text(columns: .max) }

  func text(columns: Int) -> String {
    var table = Table([
      Table.Column("output", .left), Table.Column("kind", .left, spare: 2),
      Table.Column("rms error"), Table.Column("cosine", spare: 1),
      Table.Column("largest error", spare: 3), Table.Column("agreement"),
      Table.Column("KL", spare: 4),
      Table.Column("PSNR"),
    ])
    for output in outputs {
      table.append([
        output.name, output.kind, "\(Quantity.percent(100 * output.relativeError))",
        "\(Quantity.fraction(output.cosine))", "\(Quantity.fraction(output.largestError))",
        output.agreement.map { "\(Quantity.percent($0))" } ?? "–",
        output.divergence.map { "\(Quantity.fraction($0))" } ?? "–",
        output.psnr.map { "\(Quantity.fraction($0)) dB" } ?? "–",
      ])
    }
    let note = RunNote(
      images: images, skipped: skipped, seconds: seconds, engine: engine, threads: threads)
    return table.text(columns: columns) + "\n\nagainst \(against.printablePath), \(note)"
  }
}
