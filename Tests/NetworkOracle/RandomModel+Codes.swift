import SignetModel

/// What a test model's binary weights have beside one code per filter.
package struct CodeVariety: Hashable, Sendable, CustomStringConvertible {
  /// How many codes filters have.
  package enum Counts: Hashable, Sendable {
    case one
    /// 1 to 3, ascending.
    case ascending
    /// 1 to 3 in turns.
    case mixed
  }

  package var counts: Counts
  package var hasConstants: Bool
  package var hasInputScales: Bool

  package init(_ counts: Counts, constants: Bool = false, inputScales: Bool = false) {
    self.counts = counts
    hasConstants = constants
    hasInputScales = inputScales
  }

  package var description: String {
    "\(counts)" + (hasConstants ? ", constants" : "") + (hasInputScales ? ", input scales" : "")
  }

  /// Every one.
  package static let all: [CodeVariety] = [Counts.one, .ascending, .mixed].flatMap { counts in
    [false, true].flatMap { constants in
      [false, true].map {
        CodeVariety(counts, constants: constants, inputScales: $0)
      }
    }
  }

  fileprivate func rows(filters: Int) throws -> CodeRows {
    try CodeRows(
      codeCounts: (0..<filters).map {
        switch counts {
        case .one: 1
        case .ascending: 1 + $0 * 3 / filters
        case .mixed: 1 + ($0 * 2 + 1) % 3
        }
      })
  }
}

extension Model {
  /// A model with random weights, binary ones in all convolutions and linear layers.
  package static func random(
    _ graph: Graph, codes variety: CodeVariety, seed: UInt64 = 1
  ) throws -> Model {
    let model = try random(graph, weights: .codes(1), seed: seed)
    var random = RandomNumbers(seed: seed)
    var weights = model.weights
    for layer in graph.layers {
      guard let weight = model.weight(.weight, of: layer) else { continue }
      var groups = 1
      if case .convolution(let attributes) = layer.operation { groups = attributes.groups }
      let (filters, channels) = (weight.shape[0], weight.shape[1])
      let length = weight.elementCount / filters
      let gain = 1.6 / Float(length).squareRoot()
      let rows = try variety.rows(filters: filters)
      let codes = try BinaryCodes(
        signs: random.signs(rows.count * length),
        scales: random.floats(rows.count, in: (0.3 * gain)...gain), rows: rows,
        patchLength: length,
        constants: variety.hasConstants ? random.floats(filters, in: -gain...gain) : nil,
        inputScales: variety.hasInputScales
          ? InputScales(
            random.floats(groups * channels, in: 0.25...2), channelCount: channels) : nil)
      weights[layer.parameterName(.weight)] = try Weight(
        shape: weight.shape, storage: .binary(codes))
    }
    return try model.with(weights: weights)
  }
}
