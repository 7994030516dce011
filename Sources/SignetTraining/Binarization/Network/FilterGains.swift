import SignetModel

/// What a batch norm that alone reads a layer multiplies the filters' outputs by.
enum FilterGains {
  /// γ²/(σ²+ε): N, or `nil` without such a batch norm.
  static func squares(
    behind layer: Node, graph: Graph, weights: [String: Weight]
  ) -> [Double]? {
    let consumers = graph.consumers(of: layer.name)
    guard consumers.count == 1, !graph.isOutput(layer.name),
      case .batchNorm(let attributes) = consumers[0].operation,
      let variance = weights[consumers[0].parameterName(.runningVariance)]?.floats
    else { return nil }
    let gains = weights[consumers[0].parameterName(.weight)]?.floats
    return variance.enumerated().map { channel, variance in
      let gain = Double(gains?[channel] ?? 1)
      return gain * gain / (Double(variance) + Double(attributes.epsilon))
    }
  }
}
