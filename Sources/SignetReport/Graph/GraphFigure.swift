import SignetModel

/// A network as a list of its rows, with its branches drawn beside them.
struct GraphFigure: Sendable {
  let model: Model

  /// Beyond these lanes are drawn over one another.
  static let mostLanes = 10
  static let lanePitch = 14.0

  var markup: Markup {
    let rows = GraphRow.rows(of: model.graph)
    let lanes = GraphLanes(inputs: rows.map(\.inputs))
    let width = min(lanes.width, Self.mostLanes)
    let layers = Dictionary(
      model.layerFigures.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let items: [Markup] = rows.indices.map { index in
      item(rows[index], lanes.rows[index], width: width, rows: rows, layers: layers)
    }
    return """
      <div class="scroll tall" role="region" tabindex="0" aria-label="The network, row by row">
      <ol class="graph lanes-\(width)">
      \(items)
      </ol></div>
      """
  }

  private func item(
    _ row: GraphRow, _ lanes: GraphLanes.Row, width: Int, rows: [GraphRow],
    layers: [String: LayerFigures]
  ) -> Markup {
    let figures = row.nodes.compactMap { layers[$0.name] }
    let isBinary = figures.contains(where: \.isBinary)
    let facts =
      ["\(row.shape)"]
      + figures.prefix(1).flatMap {
        [
          "\(ChartNumber.place(($0.bits * 100).rounded() / 100)) bits",
          "\(Quantity.bytes($0.bytes))",
        ]
      }
    let kind = row.nodes.isEmpty ? "input" : row.operations
    let isBranch = row.inputs.count > 1
    let reads = row.inputs.map { rows[$0].name.printable }.joined(separator: ", ")
    let outputs = row.outputs.map { "output \($0.printable)" }.joined(separator: ", ")
    return """
      <li\(isBinary ? " class=\"binary\"" as Markup : "")>\(drawing(lanes, width: width, isBinary: isBinary))\
      <span class="name">\(row.name.printable)</span> <span class="kind">\(kind)</span>\
      \(isBranch ? "<span class=\"kind\"> of \(reads)</span>" as Markup : "")\
      \(outputs.isEmpty ? "" : "<span class=\"kind\"> → \(outputs)</span>" as Markup) \
      <span class="facts">\(facts.map(\.unbroken).joined(separator: " · "))</span></li>
      """
  }

  private func drawing(_ row: GraphLanes.Row, width: Int, isBinary: Bool) -> Markup {
    func x(_ lane: Int) -> String {
      ChartNumber.place(Self.lanePitch * (Double(min(lane, Self.mostLanes - 1)) + 0.5))
    }
    var lines: [Markup] = row.passing.map { "<path d=\"M\(x($0)) 0V40\"/>" }
    lines += row.incoming.map { lane in
      lane == row.lane
        ? "<path d=\"M\(x(lane)) 0V20\"/>"
        : "<path d=\"M\(x(lane)) 0C\(x(lane)) 14 \(x(row.lane)) 6 \(x(row.lane)) 20\"/>"
    }
    if row.goesOn { lines.append("<path d=\"M\(x(row.lane)) 20V40\"/>") }
    return """
      <svg aria-hidden="true" width="\(ChartNumber.place(Self.lanePitch * Double(width)))" height="100%" \
      viewBox="0 0 \(ChartNumber.place(Self.lanePitch * Double(width))) 40" \
      preserveAspectRatio="none">\(lines)<path class="\(isBinary ? "dot binary" : "dot")" \
      d="M\(x(row.lane)) 20h0.01"/></svg>
      """
  }
}
