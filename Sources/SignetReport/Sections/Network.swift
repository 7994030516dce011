import SignetModel

/// What the model is, and what its layers weigh.
extension NetworkReport {
  /// Bars that a chart shows; the table has all.
  static let mostBars = 24

  var network: PageSection? {
    let model = subject.model
    var facts: [(String, String)] = model.graph.inputs.map {
      ("input", "\($0.name.printable), \($0.pattern)")
    }
    facts += model.graph.outputs.map {
      (
        "output",
        "\($0.name.printable), \(model.graph.shape(of: $0)), \(model.outputKind(of: $0).rawValue)"
      )
    }
    if !model.labels.isEmpty {
      let names = model.labels.prefix(12).map(\.printable).joined(separator: ", ")
      facts.append(
        ("classes", "\(model.labels.count): \(names)" + (model.labels.count > 12 ? ", …" : "")))
    }
    facts.append(("images", Self.words(of: model.preprocessing)))
    let list: [Markup] = facts.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }
    return PageSection(
      "network", "The network",
      lead: """
        Every row is a layer with what is done in the same breath: the shape of what it puts out for \
        one sample, its bits per weight and its bytes. Blue marks are binary layers.
        """,
      ["<dl>\(list)</dl>", GraphFigure(model: model).markup])
  }

  private static func words(of preprocessing: Preprocessing) -> String {
    guard preprocessing.channelOrder != .none else { return "taken as they are" }
    func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
    let resize = preprocessing.resizeShorterSide.map { "shorter side \($0), centre crop, " } ?? ""
    return resize + "\(preprocessing.channelOrder.rawValue), scale \(preprocessing.scale), "
      + "mean \(list(preprocessing.mean)), deviation \(list(preprocessing.std))"
  }

  var sizes: PageSection? {
    let layers = subject.model.layerFigures
    guard !layers.isEmpty else { return nil }
    let largest = Self.selected(layers) { Double($0.floatBytes) }
    let chart = BarChart(
      title: "Bytes of each layer, in this file and in float",
      series: [
        ChartSeries(name: "float", colour: .quiet), ChartSeries(name: "this file", colour: .accent),
      ],
      rows: largest.map {
        BarChart.Row(
          name: $0.name, values: [Double($0.floatBytes), Double($0.bytes)],
          text: "\(Quantity.bytes($0.floatBytes)) → \(Quantity.bytes($0.bytes))")
      })
    let rest = subject.fileBytes - layers.reduce(0) { $0 + $1.bytes }
    return PageSection(
      "size", "Size, layer by layer",
      lead: """
        \(Self.remark(on: largest, of: layers, "largest"))The rest of the file, \
        \(Quantity.bytes(max(0, rest))), is batch norms, names and the graph.
        """,
      [
        chart.markup, Self.sizeTable(layers).disclosed(caption: "Size of each layer"), budget,
      ])
  }

  /// The layers with the largest numbers, in forward order.
  static func selected<Layer>(_ layers: [Layer], by measure: (Layer) -> Double) -> [Layer] {
    let ranked = layers.indices.sorted {
      (measure(layers[$0]), $1) > (measure(layers[$1]), $0)
    }
    return ranked.prefix(mostBars).sorted().map { layers[$0] }
  }

  static func remark<Layer>(
    on shown: [Layer], of all: [Layer], _ word: String, _ things: String = "layers"
  )
    -> String
  {
    shown.count == all.count
      ? "" : "The \(shown.count) \(word) of \(all.count) \(things); the table has all. "
  }

  private static func sizeTable(_ layers: [LayerFigures]) -> Table {
    var table = Table([
      Table.Column("layer", .left), Table.Column("operation", .left), Table.Column("weight"),
      Table.Column("output"), Table.Column("bits per weight"), Table.Column("in float"),
      Table.Column("in this file"),
    ])
    for layer in layers {
      table.append([
        layer.name, GraphRow.word(layer.operation), "\(layer.weightShape)", "\(layer.outputShape)",
        ChartNumber.place(layer.bits), "\(Quantity.bytes(layer.floatBytes))",
        "\(Quantity.bytes(layer.bytes))",
      ])
    }
    return table
  }

  /// What a budget of bits was spent on.
  private var budget: Markup {
    guard let choices = subject.model.provenance.steps.last(where: { $0.choices != nil })?.choices
    else { return .nothing }
    var table = Table([
      Table.Column("layer", .left), Table.Column("weights"), Table.Column("codes"),
      Table.Column("output moves by, with 1, 2, … codes", .left),
    ])
    for choice in choices {
      table.append([
        choice.name, "\(Quantity.count(choice.weights))",
        choice.codes == 0 ? "8 bits" : "\(choice.codes)",
        choice.changes.map { ChartNumber.label($0.divergence) }.joined(separator: ", "),
      ])
    }
    return [
      .heading("Where the budget went"), table.html(caption: "Codes that a budget gave each layer"),
    ]
    .reduce(.nothing, +)
  }
}
