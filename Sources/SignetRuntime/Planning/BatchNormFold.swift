import SignetModel

/// Batch norm as `y = scale · x + offset` per channel, in double precision:
/// `scale = weight / √(var + epsilon)`, `offset = bias − scale · mean`.
struct BatchNormFold {
  /// channels
  let scale: [Double]
  /// channels
  let offset: [Double]

  init(_ node: Node, in model: Model) throws(EngineError) {
    guard case .batchNorm(let attributes) = node.operation else {
      throw .missingTensor(layer: node.name, tensor: ParameterRole.runningMean.rawValue)
    }
    let gain = try model.doubles(.weight, of: node)
    let variance = try model.doubles(.runningVariance, of: node)
    let mean = try model.doubles(.runningMean, of: node)
    let bias = try model.doubles(.bias, of: node)
    let epsilon = Double(attributes.epsilon)
    let scale = zip(gain, variance).map { $0 / ($1 + epsilon).squareRoot() }
    self.scale = scale
    offset = scale.indices.map { bias[$0] - scale[$0] * mean[$0] }
  }
}

/// A layer's weight, scales and offset with the batch norms behind it folded in.
struct FoldedLayer {
  let weight: Weight
  /// K × outputs; `nil` for float and 8-bit weights, whose rows took the scale.
  let scale: [Float]?
  /// outputs
  let offset: [Float]

  init(_ node: Node, batchNorms: [Node], in model: Model) throws(EngineError) {
    guard let weight = model.weight(.weight, of: node), let outputs = weight.shape.first else {
      throw .missingTensor(
        layer: node.name, tensor: node.parameterName(.weight))
    }
    var scale = [Double](repeating: 1, count: outputs)
    var offset = [Double](repeating: 0, count: outputs)
    if model.weight(.bias, of: node) != nil {
      offset = try model.doubles(.bias, of: node)
    }
    for batchNorm in batchNorms {
      let fold = try BatchNormFold(batchNorm, in: model)
      for channel in 0..<outputs {
        scale[channel] *= fold.scale[channel]
        offset[channel] = offset[channel] * fold.scale[channel] + fold.offset[channel]
      }
    }
    self.offset = offset.map(Float.init)
    switch weight.storage {
    case .binary(let codes):
      self.weight = weight
      self.scale = codes.scales.array.enumerated().map {
        Float(Double($1) * scale[$0 % outputs])
      }
    case .float, .int8:
      self.scale = nil
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

extension Model {
  fileprivate func doubles(
    _ role: ParameterRole, of node: Node
  ) throws(EngineError) -> [Double] {
    guard let weight = weight(role, of: node) else {
      throw .missingTensor(layer: node.name, tensor: node.parameterName(role))
    }
    return weight.floats.map(Double.init)
  }
}
