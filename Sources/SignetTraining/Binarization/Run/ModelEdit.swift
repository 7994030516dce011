import SignetModel

/// The float model with new weights in some of its layers: the result as far as it is known.
struct ModelEdit {
  /// Grows biases as offsets need them.
  private(set) var graph: Graph
  private(set) var weights: [String: Weight]

  init(_ model: Model) {
    graph = model.graph
    weights = model.weights
  }

  /// Takes in a layer's new weight and what is to be added to its outputs.
  ///
  /// - Parameter offset: N; it goes where it costs nothing when running
  /// - Returns: the nodes whose parameters changed, by index
  @discardableResult
  mutating func replace(_ layer: Node, with weight: Weight, offset: [Float]) throws -> [Int] {
    weights[layer.parameterName(.weight)] = weight
    var changed = [layer.name]
    if offset.contains(where: { $0 != 0 }) {
      let folding = OffsetFolding(layer: layer, graph: graph)
      try folding.apply(offset, layer: layer, weights: &weights)
      if folding == .newBias {
        graph = try graph.replacing(layer.name, with: layer.operation.withBias)
      }
      if case .batchNorm(let name) = folding { changed.append(name) }
    }
    return graph.nodes.indices.filter { changed.contains(graph.nodes[$0].name) }
  }

  /// A node's parameters as they are now.
  func parameters(of node: Int) throws -> NodeParameters {
    try NodeParameters(node: graph.nodes[node], weights: weights, channelsLast: true)
  }

  /// `model`, edited.
  func applied(to model: Model) throws -> Model {
    try model.with(graph: graph, weights: weights, provenance: model.provenance)
  }
}
