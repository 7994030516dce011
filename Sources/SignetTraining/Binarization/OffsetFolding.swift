import SignetModel

/// Puts a centred layer's offset where it costs nothing when running.
enum OffsetFolding: Equatable {
  /// The layer's only reader is this batch norm: its running mean takes the offset.
  case batchNorm(name: String)
  /// The layer has a bias.
  case bias
  /// The layer gets a bias.
  case newBias

  init(layer: Node, graph: Graph) {
    let consumers = graph.consumers(of: layer.name)
    if consumers.count == 1, let consumer = consumers.first, !graph.isOutput(layer.name),
      case .batchNorm = consumer.operation
    {
      self = .batchNorm(name: consumer.name)
    } else {
      self = layer.operation.hasBias ? .bias : .newBias
    }
  }

  /// Changes the tensor that takes the offset.
  ///
  /// - Parameter offset: to be added to the layer's outputs, N
  func apply(
    _ offset: [Float], layer: Node, weights: inout [String: Weight]
  ) throws(WeightError) {
    switch self {
    case .batchNorm(let name):
      // y + o normalised with mean m is y normalised with mean m − o.
      try Self.add(
        offset, times: -1, to: "\(name).\(ParameterRole.runningMean.rawValue)", of: &weights)
    case .bias, .newBias:
      try Self.add(offset, times: 1, to: layer.parameterName(.bias), of: &weights)
    }
  }

  private static func add(
    _ offset: [Float], times factor: Float, to name: String, of weights: inout [String: Weight]
  ) throws(WeightError) {
    let before = weights[name]?.floats ?? [Float](repeating: 0, count: offset.count)
    weights[name] = try Weight(
      shape: [offset.count], values: zip(before, offset).map { $0 + factor * $1 })
  }
}
