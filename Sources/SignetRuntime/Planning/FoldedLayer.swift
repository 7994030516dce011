import SignetModel

/// A layer's weight, scales and offset with the batch norms behind it folded in.
struct FoldedLayer {
  let weight: Weight
  /// A number per row of codes: K × outputs where all outputs have K. `nil` for float and 8-bit
  /// weights, whose rows took the scale.
  let scale: [Float]?
  /// What is added to each weight of a filter: outputs
  let constants: [Float]?
  /// outputs
  let offset: [Float]

  init(_ node: Node, batchNorms: [Node], in model: Model) throws(EngineError) {
    guard let weight = model.weight(.weight, of: node), let outputs = weight.shape.first else {
      throw .missingTensor(
        layer: node.name, tensor: node.parameterName(.weight))
    }
    var scale = [Double](repeating: 1, count: outputs)
    var offset = [Double](repeating: 0, count: outputs)
    if let bias = model.weight(.bias, of: node) { offset = bias.floats.map(Double.init) }
    for batchNorm in batchNorms {
      let fold = try BatchNormFold(batchNorm, in: model)
      scale = zip(scale, fold.scale).map { $0 * $1 }
      offset = fold.offset(behind: offset)
    }
    self.offset = offset.map(Float.init)
    switch weight.storage {
    case .binary(let codes):
      self.weight = weight
      self.scale = zip(codes.scales.array, codes.rows.filters).map {
        Float(Double($0) * scale[$1])
      }
      constants = codes.constants.map {
        zip($0.array, scale).map { Float(Double($0) * $1) }
      }
    case .float, .int8:
      self.scale = nil
      constants = nil
      guard !batchNorms.isEmpty else {
        self.weight = weight
        return
      }
      var floats = weight.floats
      let patch = floats.count / outputs
      for index in floats.indices {
        floats[index] = Float(Double(floats[index]) * scale[index / patch])
      }
      do {
        self.weight = try Weight(shape: weight.shape, values: floats)
      } catch {
        throw .missingTensor(layer: node.name, tensor: node.parameterName(.weight))
      }
    }
  }
}

extension BatchNormFold {
  init(_ node: Node, in model: Model) throws(EngineError) {
    guard let fold = BatchNormFold(node, weights: model.weights) else {
      throw .missingTensor(
        layer: node.name, tensor: node.parameterName(.runningVariance))
    }
    self = fold
  }
}
