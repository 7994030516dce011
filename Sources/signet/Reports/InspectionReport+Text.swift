import SignetModel
import SignetReport

extension InspectionReport {
  var text: String { text(columns: .max) }

  func text(columns: Int) -> String {
    [
      summary(columns: columns), table.text(columns: columns), outdated(columns: columns),
      history(columns: columns),
    ].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// One row per convolution or linear layer.
  var table: Table {
    var columns = [
      Table.Column("layer", .left), Table.Column("operation", .left, spare: 1),
      Table.Column("output", spare: 3), Table.Column("weight", spare: 2), Table.Column("bits"),
      Table.Column("bytes", spare: 4),
    ]
    let showsErrors = layers.contains { $0.errorAfter != nil }
    let showsSensitivity = layers.contains { $0.sensitivity != nil }
    if showsErrors {
      columns += [Table.Column("error before", spare: 5), Table.Column("after")]
    }
    if showsSensitivity {
      columns += [Table.Column("alone: divergence"), Table.Column("top-1 changed", spare: 6)]
    }
    var table = Table(columns)
    for layer in layers {
      let errors = [layer.errorBefore, layer.errorAfter].map { error in
        error.map { "\(Quantity.fraction($0))" } ?? "–"
      }
      let alone = [
        layer.sensitivity.map { "\(Quantity.fraction($0.divergence))" } ?? "–",
        layer.sensitivity?.changedTop1.map { "\(Quantity.percent(100 * $0))" } ?? "–",
      ]
      table.append(
        [
          layer.name, layer.operation, "\(Shape(layer.outputShape))",
          "\(Shape(layer.weightShape))", "\(Self.bits(layer.bits))",
          "\(Quantity.bytes(layer.bytes))",
        ] + (showsErrors ? errors : []) + (showsSensitivity ? alone : []))
    }
    return table
  }

  /// `2`, or `1.25` where filters have different numbers of codes.
  private static func bits(_ bits: Double) -> String {
    bits == bits.rounded() ? "\(Int(bits))" : "\(Quantity.fraction(bits))"
  }

  private func summary(columns: Int) -> String {
    var facts = [
      ("file", "\(file.printablePath), \(Quantity.bytes(fileBytes))"),
      (
        "float32",
        "\(Quantity.bytes(floatBytes)), "
          + "\(Quantity.ratio(Double(floatBytes) / Double(max(1, fileBytes)))) the file"
      ),
      (
        "weights",
        "\(Quantity.count(binaryWeights)) binary, "
          + (int8Weights > 0 ? "\(Quantity.count(int8Weights)) 8-bit, " : "")
          + "\(Quantity.count(floatWeights)) float"
      ),
      ("input", "\(inputs[0].pattern), \(preprocessingSummary)"),
    ]
    facts += inputs.dropFirst().map { ("input", "\($0.pattern), \($0.name.printable)") }
    if outputs.count == 1, ["scores", "probabilities"].contains(outputs[0].kind) {
      facts.append(("classes", "\(classes)" + (labels.isEmpty ? "" : ": \(labelSummary)")))
    } else {
      facts += outputs.map {
        ("output", "\($0.pattern), \($0.name.printable), \($0.kind ?? "values")")
      }
    }
    return Paragraph.facts(facts, width: 9, columns: columns)
  }

  private var labelSummary: String {
    labels.prefix(10).map(\.printable).joined(separator: ", ") + (labels.count > 10 ? ", …" : "")
  }

  private var preprocessingSummary: String {
    if preprocessing.channelOrder == .none { return "taken as it is" }
    func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
    let resize = preprocessing.resizeShorterSide.map { "shorter side \($0), centre crop, " } ?? ""
    return resize
      + "\(preprocessing.channelOrder.rawValue), scale \(preprocessing.scale), "
      + "mean \(list(preprocessing.mean)), std \(list(preprocessing.std))"
  }

  /// Why hashing's errors are not shown, where they were measured and hold no more.
  private func outdated(columns: Int) -> String {
    guard let place = provenance.placeOfOutdatedRecords else { return "" }
    let remark =
      "Errors per layer are not shown: they were measured at step \(place.measured + 1) below, and "
      + "step \(place.changed + 1) changed the weights since."
    return Paragraph.text(Paragraph.words(remark), columns: columns)
  }

  private func history(columns: Int) -> String {
    provenance.steps.enumerated().map { index, step in
      var parts = ["\(index + 1). \(step.verb.printable)"]
      if let data = step.data { parts.append("data \(data.printablePath)") }
      if let seed = step.seed { parts.append("seed \(seed)") }
      parts += step.options.sorted { $0.key < $1.key }.map {
        "\(Self.words(of: $0.printable)) \($1.printable)"
      }
      parts += step.results.sorted { $0.key < $1.key }.map { "\($0.printable) = \($1)" }
      return Paragraph.text(Paragraph.words(apart: parts), rest: "   ", columns: columns)
    }.joined(separator: "\n")
  }

  /// `batchSize` as it is read: `batch size`.
  private static func words(of key: String) -> String {
    key.reduce(into: "") { words, character in
      words += character.isUppercase ? " " + character.lowercased() : String(character)
    }
  }
}
