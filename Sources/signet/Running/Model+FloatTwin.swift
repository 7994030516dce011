import SignetModel

extension Model {
  var hasBinaryLayers: Bool { weights.values.contains(where: \.isBinary) }

  /// The same function with every weight a float.
  func floatTwin() throws -> Model {
    try with(
      weights: weights.mapValues { weight in
        weight.isBinary ? try Weight(shape: weight.shape, values: weight.floats) : weight
      })
  }
}
