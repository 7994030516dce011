import SignetModel

/// Which extents of a network's values a run chooses, where the file leaves that to the runs.
struct OpenValues {
  private let graph: Graph
  /// The same network for inputs of other extents; `nil` where all are fixed.
  private let other: Graph?

  /// - Parameter outer: nodes in ONNX's own operators, in which sizes are written down
  init(_ model: Model, outer: [Node]) {
    graph = model.graph
    let hasFixedSizes = outer.contains { node in
      if case .resize = node.operation { return true }
      return model.graph.sizeRules[node.name] != nil
    }
    other = graph.isOpen && !hasFixedSizes ? Self.resized(graph) : nil
  }

  /// Whether a run chooses any.
  var areAny: Bool { other != nil }

  /// Axes of the shape of an input's or node's value.
  func axes(of value: String) -> [Int] {
    guard let shape = graph.shapes[value], let changed = other?.shapes[value] else { return [] }
    return shape.extents.indices.filter { shape.extents[$0] != changed.extents[$0] }
  }

  /// Of some nodes; `nil` where one follows values that are none of theirs.
  func rules(of nodes: [Node]) -> [String: SizeRule]? {
    guard areAny else { return [:] }
    let known = Set(nodes.flatMap(\.inputs) + nodes.map(\.name))
    var rules: [String: SizeRule] = [:]
    for node in nodes {
      guard let rule = graph.sizeRules[node.name] else { continue }
      if case .extents(let extents) = rule {
        let factors = extents.compactMap(\.self).flatMap(\.factors)
        guard factors.allSatisfy({ known.contains($0.value) }) else { return nil }
      }
      rules[node.name] = rule
    }
    return rules
  }

  private static func resized(_ graph: Graph) -> Graph? {
    var shapes: [String: Shape] = [:]
    for input in graph.inputs {
      var extents = input.shape.extents
      for axis in input.openAxes where extents[axis] < 1 << 20 { extents[axis] *= 2 }
      shapes[input.name] = Shape(extents)
    }
    return try? graph.resized(to: shapes)
  }
}
