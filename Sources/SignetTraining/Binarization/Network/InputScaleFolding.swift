import SignetModel

/// Where the scales of a layer's input channels cost nothing when running: what makes the input
/// takes them, because c > 0 passes ReLU, pooling and the like.
struct InputScaleFolding: Equatable {
  /// The batch norm or the layer whose output channels take them.
  let maker: String

  /// `nil` where something else reads what would be scaled, or no such node makes it.
  init?(layer: Node, graph: Graph) {
    var name = layer.inputs[0]
    while graph.consumers(of: name).count == 1, !graph.isOutput(name),
      let node = graph.node(named: name)
    {
      switch node.operation {
      case .batchNorm, .convolution, .linear:
        maker = name
        return
      case .relu, .activation(.leakyRelu), .prelu, .dropout, .maxPool, .averagePool,
        .globalAveragePool:
        break
      case .flatten where graph.shapes[node.inputs[0]].map { $0.height * $0.width == 1 } ?? false:
        break
      default: return nil
      }
      name = node.inputs[0]
    }
    return nil
  }

  /// Scales what the maker gives.
  ///
  /// - Parameter scales: c, one per channel of the maker's output
  private func apply(
    _ scales: [Float], graph: Graph, weights: inout [String: Weight]
  ) throws(WeightError) {
    guard let maker = graph.node(named: maker) else { return }
    for role in [ParameterRole.weight, .bias] {
      let name = maker.parameterName(role)
      weights[name] = try weights[name]?.scaled(by: scales.map(Double.init))
    }
  }

  /// The same function with as few scales of inputs as there can be.
  static func applied(to model: Model) throws -> Model {
    var weights = model.weights
    for layer in model.graph.layers {
      let name = layer.parameterName(.weight)
      guard let weight = weights[name], let codes = weight.codes, let scales = codes.inputScales,
        let folding = InputScaleFolding(layer: layer, graph: model.graph)
      else { continue }
      try folding.apply(scales.values.array, graph: model.graph, weights: &weights)
      weights[name] = try Weight(
        shape: weight.shape,
        storage: .binary(
          codes.with(scales: codes.scales, constants: codes.constants, inputScales: nil)))
    }
    return try model.with(weights: weights)
  }
}
