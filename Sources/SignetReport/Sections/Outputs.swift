import SignetData
import SignetModel

/// Outputs beside the float network's, as numbers and as pictures.
extension NetworkReport {
  var outputs: PageSection? {
    let table =
      fidelity.isEmpty
      ? Markup.nothing : fidelityTable.html(caption: "Outputs beside the float network’s")
    let items: [Markup] = maps.map(Self.figure)
    let pictures: Markup =
      items.isEmpty
      ? .nothing : "<ul class=\"gallery wide\">\n\(items)\n</ul>"
    let images = data.map { ", on \($0.name.printable)" }
    let key = maps.isEmpty ? "" : " Differences are drawn from none, black, to the largest, white."
    return PageSection(
      "outputs", "Outputs beside float",
      lead: """
        How far each output is from the float network’s\(images ?? "").\(key)
        """,
      [table, pictures])
  }

  private var fidelityTable: Table {
    var table = Table([
      Table.Column("output", .left), Table.Column("kind", .left), Table.Column("rms error"),
      Table.Column("cosine"), Table.Column("largest error"), Table.Column("agreement"),
    ])
    for output in fidelity {
      table.append([
        output.name, output.kind.rawValue, "\(Quantity.percent(100 * output.relativeError))",
        "\(Quantity.fraction(output.cosine))", "\(Quantity.fraction(output.largestError))",
        output.agreement.map { "\(Quantity.percent($0))" } ?? "–",
      ])
    }
    return table
  }

  private static func figure(_ example: MapExample) -> Markup {
    let pictures: [(String, Picture?)] = [
      ("input", example.input), ("float", example.float), ("this model", example.found),
      ("difference", example.difference),
    ]
    let figures: [Markup] = pictures.compactMap { title, picture in
      picture.map {
        """
        <figure>\($0.markup(text: "\(title), \(example.name.printablePath)", side: 96))\
        <figcaption>\(title)</figcaption></figure>
        """
      }
    }
    let error = example.relativeError.map { ", relative squared error \(Quantity.fraction($0))" }
    return """
      <li><div class="strip">\(figures)</div>\
      <span class="quiet">\(example.name.printablePath.shortened(to: 40))\(error ?? "")</span></li>
      """
  }
}
