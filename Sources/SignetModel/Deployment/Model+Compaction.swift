extension Model {
  /// The verb in the provenance of compact models.
  static let compactionVerb = "compact"

  /// The model as it is deployed, a fraction of its size: batch norms are folded into the layers
  /// before them, layers in float become 8-bit codes with a scale per filter, and scales and biases
  /// become half-precision numbers.
  ///
  /// Codes of binary layers stay as they are, and so do batch norms that follow no layer, or one
  /// whose output is also read elsewhere. A compact model runs like any other. It can be trained
  /// on, but without its batch norms: fine-tune first.
  ///
  /// - Throws: ``CompactionError`` if a weight is not finite, or becomes so by folding.
  public func compacted() throws(CompactionError) -> Model {
    let folded = try foldingBatchNorms()
    var weights = folded.weights
    for layer in folded.graph.layers {
      for role in [ParameterRole.weight, .bias] {
        let name = layer.parameterName(role)
        guard let weight = weights[name] else { continue }
        weights[name] = try CompactionError.wrapping(name) { () throws(WeightError) in
          role == .bias ? try weight.narrowed() : try weight.quantized().narrowed()
        }
      }
    }
    let step = Provenance.Step(
      verb: Self.compactionVerb, options: ["keptLayers": KeptLayerStorage.int8.rawValue])
    do throws(ModelError) {
      return try folded.with(weights: weights, provenance: provenance.adding(step))
    } catch {
      throw .model(error)
    }
  }
}

extension Model {
  /// The model with the float weights of some layers in 8 bits, with a scale per filter.
  ///
  /// - Throws: ``CompactionError`` if a weight is not finite.
  package func with8BitWeights(ofLayers names: Set<String>) throws(CompactionError) -> Model {
    guard !names.isEmpty else { return self }
    var weights = weights
    for layer in graph.layers where names.contains(layer.name) {
      let name = layer.parameterName(.weight)
      guard let weight = weights[name] else { continue }
      weights[name] = try CompactionError.wrapping(name) { () throws(WeightError) in
        try weight.quantized()
      }
    }
    do throws(ModelError) {
      return try with(weights: weights, provenance: provenance)
    } catch {
      throw .model(error)
    }
  }
}

extension Weight {
  /// The weight in 8 bits if it was in float.
  fileprivate func quantized() throws(WeightError) -> Weight {
    guard isFloat, let filterCount = shape.first else { return self }
    return try Weight(
      shape: shape, storage: .int8(Int8Filters(quantizing: floats, filterCount: filterCount)))
  }

  /// The weight with its scales, or with a bias's numbers, in half precision.
  fileprivate func narrowed() throws(WeightError) -> Weight {
    switch storage {
    case .float(let values):
      try Weight(shape: shape, storage: .float(values.narrowed()))
    case .int8(let filters):
      try Weight(shape: shape, storage: .int8(filters.with(scales: filters.scales.narrowed())))
    case .binary(let codes):
      try Weight(
        shape: shape,
        storage: .binary(
          codes.with(
            scales: codes.scales.narrowed(), constants: codes.constants?.narrowed(),
            inputScales: codes.inputScales?.narrowed())))
    }
  }
}

extension Int8Filters {
  /// The same codes with other scales: N.
  func with(scales: FloatValues) throws(WeightError) -> Int8Filters {
    try Int8Filters(
      bytes: bytes, scales: scales, filterCount: filterCount, patchLength: patchLength)
  }
}

extension InputScales {
  /// The factors in half precision where all of them are in the range of its full precision: unlike
  /// summands, factors matter by their own magnitude, and one of 0 would silence a channel.
  fileprivate func narrowed() throws(WeightError) -> InputScales {
    let range = Half.leastNormal...Half.greatest
    guard values.array.allSatisfy(range.contains) else { return self }
    return try InputScales(values.narrowed(), channelCount: channelCount)
  }
}
