import SignetModel

/// What filters that are constants make of a map whose channels are summed: rank one, per group.
struct PlannedConstantFilters: Sendable {
  /// The layer's name, for messages.
  var layer: String
  /// Of the layer: where windows lie.
  var attributes: Convolution
  /// β with the scales of batch norms in it: outputs
  var factors: [Float]
  /// A channel per group.
  var sums: ValueView
  /// What is added.
  var residual: ValueView?
  var out: ValueView
}

extension PlannedConvolution {
  /// The weights as floats, with the scales of codes in them: outputs × patch.
  func scaledWeights() throws(EngineError) -> [Float] {
    guard let codes = try foldedCodes() else { return weight.floats }
    return codes.expanded
  }

  /// The codes with scales and constants as they were folded; `nil` where there are none.
  func foldedCodes() throws(EngineError) -> BinaryCodes? {
    guard let codes = weight.codes else { return nil }
    return try folding { () throws(WeightError) in
      try codes.with(
        scales: scale.map(FloatValues.init) ?? codes.scales,
        constants: constants.map(FloatValues.init), inputScales: codes.inputScales)
    }
  }

  /// Codes of a valid layer fold into others; were some not to, the layer's weight would be at fault.
  func folding<Result>(
    _ make: () throws(WeightError) -> Result
  ) throws(EngineError) -> Result {
    do throws(WeightError) {
      return try make()
    } catch {
      throw .missingTensor(layer: layer, tensor: "weight")
    }
  }
}
