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
  var scaledWeights: [Float] {
    guard case .binary = weight.storage else { return weight.floats }
    return foldedCodes?.expanded ?? weight.floats
  }

  /// The codes with scales and constants as they were folded.
  var foldedCodes: BinaryCodes? {
    guard let codes = weight.codes else { return nil }
    return try? codes.with(
      scales: scale.map(FloatValues.init) ?? codes.scales,
      constants: constants.map(FloatValues.init), inputScales: codes.inputScales)
  }
}
