extension Graph {
  /// Whether some extents of the inputs may change.
  public var isOpen: Bool { inputs.contains { !$0.openAxes.isEmpty } }

  /// The same network for inputs of other extents.
  ///
  /// - Parameter shapes: by input; those that are not named keep their extents
  /// - Throws: ``GraphError`` naming the input or the first layer that they do not suit.
  public func resized(to shapes: [String: Shape]) throws(GraphError) -> Graph {
    var inputs = inputs
    for index in inputs.indices {
      guard let shape = shapes[inputs[index].name] else { continue }
      guard inputs[index].admits(shape) else {
        throw .inputExtents(name: inputs[index].name, expected: inputs[index].pattern, found: shape)
      }
      inputs[index].shape = shape
    }
    guard inputs != self.inputs else { return self }
    var known = Dictionary(
      inputs.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    var resized: [Node] = []
    for node in nodes {
      let own = node.inputs.compactMap { known[$0] }
      guard own.count == node.inputs.count else {
        throw .unknownInput(node: node.name, input: node.inputs.first ?? "", suggestion: nil)
      }
      var node = node
      node.operation = try node.operation.resized(
        by: sizeRules[node.name], inputs: own, known, node: node.name)
      known[node.name] = try Graph.shape(of: node, inputs: own)
      resized.append(node)
    }
    return try Graph(inputs: inputs, nodes: resized, outputs: outputs, sizeRules: sizeRules)
  }
}

extension NodeOperation {
  fileprivate func resized(
    by rule: SizeRule?, inputs: [Shape], _ known: [String: Shape], node: String
  ) throws(GraphError) -> NodeOperation {
    var operation = self
    switch rule {
    case .samePadding(let upper)?:
      guard let input = inputs.first else { return self }
      return withSamePadding(over: input, upper: upper)
    case .extents(let extents)?:
      var sizes = sizes
      guard extents.count == sizes.count else {
        throw .openSize(node: node, operation: kind)
      }
      for (index, extent) in extents.enumerated() {
        guard let extent else { continue }
        guard let value = extent.value(known) else { throw .openSize(node: node, operation: kind) }
        sizes[index] = value
      }
      operation = with(sizes: sizes)
    case nil:
      break
    }
    guard case .resize(var attributes) = operation, let input = inputs.first else {
      return operation
    }
    attributes.follow(input, byRule: rule != nil)
    return .resize(attributes)
  }
}

extension Resize {
  /// Where the sizes follow a rule the scales follow them, else the sizes follow the scales.
  fileprivate mutating func follow(_ input: Shape, byRule: Bool) {
    for (axis, extent) in [(\Resize.height, input.height), (\Resize.width, input.width)] {
      if byRule {
        self[keyPath: axis].scale = Float(self[keyPath: axis].size) / Float(extent)
      } else {
        let size = (Double(extent) * Double(self[keyPath: axis].scale)).rounded(.down)
        self[keyPath: axis].size = Int(max(0, min(size, 0x1p40)))
      }
    }
  }
}

extension GraphInput {
  /// Whether the input may have these extents.
  public func admits(_ shape: Shape) -> Bool {
    shape.extents.count == self.shape.extents.count
      && shape.extents.indices.allSatisfy {
        openAxes.contains($0) ? shape.extents[$0] > 0 : shape.extents[$0] == self.shape.extents[$0]
      }
  }

  /// The extents, `?` for those that are open.
  public var pattern: String {
    shape.extents.indices.map { openAxes.contains($0) ? "?" : "\(shape.extents[$0])" }
      .joined(separator: "×")
  }
}
