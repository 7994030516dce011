import SignetModel

/// How long one step of a run takes: a layer with what is done in the same pass, or a pass between
/// layers.
package struct LayerTiming: Encodable, Sendable, Hashable {
  package var name: String
  package var kernel: String
  /// Of one image.
  package var outputShape: [Int]
  /// The median over the runs, of a whole batch.
  package var milliseconds: Double
  /// Of the whole run, 0…1.
  package var share: Double
  /// Of a whole batch, each code counted; 0 where there are no weights.
  package var multiplyAdds: Int
  /// `nil` where the processor's clock cannot be measured.
  package var multiplyAddsPerCycle: Double?
  /// Of the same layer with float weights; `nil` where the layer is not binary.
  package var floatMilliseconds: Double?

  package init(
    name: String, kernel: String, outputShape: [Int], milliseconds: Double, share: Double,
    multiplyAdds: Int, hertz: Double?, floatMilliseconds: Double?
  ) {
    self.name = name
    self.kernel = kernel
    self.outputShape = outputShape
    self.milliseconds = milliseconds
    self.share = share
    self.multiplyAdds = multiplyAdds
    if let hertz, multiplyAdds > 0, milliseconds > 0 {
      multiplyAddsPerCycle = Double(multiplyAdds) / (milliseconds * 1e-3 * hertz)
    }
    self.floatMilliseconds = floatMilliseconds
  }

  /// Whether float weights would be clearly faster; a tenth is what measuring is sure of.
  package var isSlowerThanFloat: Bool {
    floatMilliseconds.map { milliseconds > 1.1 * $0 } ?? false
  }
}

extension [LayerTiming] {
  /// One row per step, and a line for each binary layer that does not pay.
  package func text(columns: Int) -> String {
    var table = Table([
      Table.Column("layer", .left), Table.Column("output", spare: 3), Table.Column("time"),
      Table.Column("share", spare: 4), Table.Column("MAC/cycle", spare: 2),
      Table.Column("as float", spare: 5), Table.Column("kernel", .left, spare: 1),
    ])
    for layer in self {
      table.append([
        layer.name,
        layer.outputShape.map(String.init).joined(separator: "×"),
        "\(Quantity.milliseconds(layer.milliseconds))", "\(Quantity.percent(100 * layer.share))",
        layer.multiplyAddsPerCycle.map { "\(Int($0.rounded()))" } ?? "–",
        layer.floatMilliseconds.map { "\(Quantity.milliseconds($0))" } ?? "–", layer.kernel,
      ])
    }
    let warnings = filter(\.isSlowerThanFloat).map {
      "warning: layer '\($0.name.printable)' is binary and would be faster in float"
    }
    return ([table.text(columns: columns)] + warnings).joined(separator: "\n")
  }
}
