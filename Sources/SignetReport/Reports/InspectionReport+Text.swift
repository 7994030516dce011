import SignetModel

extension InspectionReport {
  public var text: String {
    [summary, table.text, history].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// One row per convolution or linear layer.
  public var table: Table {
    let showsSensitivity = layers.contains { $0.sensitivity != nil }
    let columns = [
      Table.Column("layer", .left), Table.Column("operation", .left), Table.Column("output"),
      Table.Column("weight"), Table.Column("bits"), Table.Column("bytes"),
      Table.Column("error before"), Table.Column("after"),
    ]
    let measured = [Table.Column("alone: divergence"), Table.Column("top-1 changed")]
    var table = Table(showsSensitivity ? columns + measured : columns)
    for layer in layers {
      table.append([
        layer.name, layer.operation, "\(Shape(layer.outputShape))",
        "\(Shape(layer.weightShape))", "\(layer.bits)", "\(Quantity.bytes(layer.bytes))",
        layer.errorBefore.map { "\(Quantity.fraction($0))" } ?? "–",
        layer.errorAfter.map { "\(Quantity.fraction($0))" } ?? "–",
        layer.sensitivity.map { "\(Quantity.fraction($0.divergence))" } ?? "–",
        layer.sensitivity.map { "\(Quantity.percent(100 * $0.changedTop1))" } ?? "–",
      ])
    }
    return table
  }

  private var summary: String {
    let facts = [
      ("file", "\(file), \(Quantity.bytes(fileBytes))"),
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
      ("input", "\(Shape(inputShape)), \(preprocessingSummary)"),
      ("classes", "\(classes)" + (labels.isEmpty ? "" : ": \(labelSummary)")),
    ]
    return facts.map { $0.padded(to: 9, .left) + $1 }.joined(separator: "\n")
  }

  private var labelSummary: String {
    labels.count <= 10
      ? labels.joined(separator: ", ") : labels.prefix(10).joined(separator: ", ") + ", …"
  }

  private var preprocessingSummary: String {
    func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
    let resize = preprocessing.resizeShorterSide.map { "shorter side \($0), centre crop, " } ?? ""
    return resize
      + "\(preprocessing.channelOrder.rawValue), scale \(preprocessing.scale), "
      + "mean \(list(preprocessing.mean)), std \(list(preprocessing.std))"
  }

  private var history: String {
    provenance.steps.enumerated().map { index, step in
      var parts = ["\(index + 1). \(step.verb)"]
      if let data = step.data { parts.append("data \(data)") }
      if let seed = step.seed { parts.append("seed \(seed)") }
      parts += step.options.sorted { $0.key < $1.key }.map { "\($0) \($1)" }
      parts += step.results.sorted { $0.key < $1.key }.map { "\($0) = \($1)" }
      return parts.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
