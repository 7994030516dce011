import SignetModel

/// Which extents of a network's values a run chooses, where the file leaves that to the runs.
struct OpenValues {
  private let graph: Graph
  /// The same network for inputs of other extents; `nil` where all are fixed.
  private let other: Graph?
  /// Values whose extents operators of ONNX's ask for.
  let followed: Set<String>

  /// - Parameters:
  ///   - outer: nodes in ONNX's own operators
  ///   - worksOut: whether those may have numbers that follow extents, which the file works out
  init(_ model: Model, outer: [Node], worksOut: Bool) {
    let graph = model.graph
    let rules = outer.compactMap { graph.sizeRules[$0.name] }
    let followed = Set(rules.flatMap(\.followed))
    let visible = Set(graph.inputs.map(\.name) + outer.map(\.name) + outer.flatMap(\.inputs))
    let follows =
      followed.isSubset(of: visible)
      && outer.allSatisfy { node in
        if worksOut { return graph.followsInFile(node) }
        if case .resize = node.operation { return false }
        return graph.sizeRules[node.name] == nil
      }
    self.graph = graph
    self.followed = followed
    other = graph.isOpen && follows ? Self.resized(graph) : nil
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

extension SizeRule {
  /// Values whose extents decide.
  fileprivate var followed: [String] {
    guard case .extents(let extents) = self else { return [] }
    return extents.compactMap(\.self).flatMap { $0.factors.map(\.value) }
  }
}
