import SignetModel

/// Where a layer ends a branch: its output, by way of a batch norm or not, is added to other
/// values and read by nobody else.
struct ResidualJoin: Equatable {
  /// Names of the values it is added to.
  let others: [String]
  /// What one unit of those values is in the layer's output, γ/√(σ²+ε) turned round; 0 where the
  /// batch norm lets nearly nothing through: one per filter, or `nil` without a batch norm.
  let inverseFactors: [Float]?

  init?(layer: Node, graph: Graph, weights: [String: Weight]) {
    guard var end = Self.onlyConsumer(of: layer.name, graph) else { return nil }
    var last = layer.name
    var inverse: [Float]?
    if case .batchNorm(let attributes) = end.operation {
      guard let variance = weights[end.parameterName(.runningVariance)]?.floats,
        let next = Self.onlyConsumer(of: end.name, graph)
      else { return nil }
      let gains = weights[end.parameterName(.weight)]?.floats
      let factors = variance.enumerated().map {
        (gains?[$0.offset] ?? 1) / ($0.element + attributes.epsilon).squareRoot()
      }
      let largest = factors.reduce(0) { max($0, abs($1)) }
      inverse = factors.map { abs($0) > 1e-3 * largest ? 1 / $0 : 0 }
      (last, end) = (end.name, next)
    }
    guard case .add = end.operation else { return nil }
    others = end.inputs.filter { $0 != last }
    guard others.count == end.inputs.count - 1, !others.isEmpty else { return nil }
    inverseFactors = inverse
  }

  private static func onlyConsumer(of name: String, _ graph: Graph) -> Node? {
    let consumers = graph.consumers(of: name)
    return consumers.count == 1 && !graph.isOutput(name) ? consumers.first : nil
  }
}
