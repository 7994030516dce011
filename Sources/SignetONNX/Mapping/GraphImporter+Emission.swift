import SignetModel

/// The tensors of a node that is about to be made.
typealias Parameters = [(role: ParameterRole, tensor: ConstantTensor)]

extension GraphImporter {
  /// Appends a node and checks it.
  ///
  /// - Returns: the node's value under its own shape.
  mutating func emit(
    _ name: String, _ operation: NodeOperation, _ inputs: [String], _ parameters: Parameters = []
  ) throws(NodeFailure) -> View {
    try budget.claimNodes(1)
    let name = unique(name)
    let node = Node(name, operation, inputs: inputs)
    let shape: Shape
    do {
      shape = try Graph.shape(of: node, inputs: inputs.compactMap { shapes[$0] })
    } catch {
      throw NodeFailure(graphError: error)
    }
    for (role, tensor) in parameters {
      try budget.claimWeight(tensor.count, role.rawValue)
      guard tensor.isFinite else {
        throw NodeFailure(role.rawValue, expected: "finite numbers", found: "others")
      }
      do {
        weights[node.parameterName(role)] = try Weight(
          shape: tensor.dims, storage: .float(tensor.floatValues))
      } catch {
        throw NodeFailure(role.rawValue, expected: "a tensor", found: error)
      }
    }
    nodeIndices[name] = nodes.count
    nodes.append(node)
    shapes[name] = shape
    return View(node: name, base: shape)
  }

  /// The name of a node whose value is what `view` shows, under `shape`.
  mutating func resolve(_ view: View, as shape: Shape) throws(NodeFailure) -> String {
    guard shape.checkedElementCount == view.count else {
      throw NodeFailure("X", expected: "\(shape)", found: Shape(view.dims))
    }
    if view.isInOrder, view.base == shape { return view.node }
    let key = ResolvedView(view: view, shape: shape)
    if let name = resolved[key] { return name }
    let operation: NodeOperation
    if !view.isInOrder {
      operation = .transpose(
        Transposition(extents: view.extents, order: view.order, shape: shape))
    } else if !view.base.isVector, shape.isVector {
      operation = .flatten
    } else {
      operation = .reshape(shape)
    }
    let name = view.origin ?? "\(view.node).\(operation.kind.rawValue)"
    let result = try emit(name, operation, [view.node]).node
    resolved[key] = result
    return result
  }

  /// The same under the shape in which channels and space stand apart.
  mutating func resolve(_ view: View) throws(NodeFailure) -> String {
    try resolve(view, as: view.canonicalShape)
  }

  /// Applies an operation that treats all elements alike, whatever order they lie in.
  mutating func emitElementwise(
    _ name: String, _ operation: NodeOperation, on view: View
  ) throws(NodeFailure) -> [ImportedValue] {
    let result = try emit(name, operation, [view.node])
    return [.activation(view.of(result.node))]
  }

  private mutating func unique(_ name: String) -> String {
    let stem = name.isEmpty ? "node" : name
    var candidate = stem
    while shapes[candidate] != nil {
      suffixes[stem, default: 0] += 1
      candidate = "\(stem)_\(suffixes[stem, default: 0])"
    }
    return candidate
  }
}

extension NodeContext {
  /// A name for the node made from this one: that of its weight without the role, as PyTorch
  /// names modules, or its own.
  func name(weight input: Int? = nil) -> String {
    if let input, input < node.input.count, node.input[input].hasSuffix(".weight") {
      let module = String(node.input[input].dropLast(".weight".count))
      if !module.isEmpty, module.utf8.count <= Self.maximumNameLength,
        module.allSatisfy({ $0.isLetter || $0.isNumber || "._-".contains($0) })
      {
        return module
      }
    }
    var path = node.name.split(separator: "/").map(String.init)
    if path.count > 1, path.last?.hasPrefix(node.opType) == true {
      let suffix = path.removeLast().dropFirst(node.opType.count)
      let kind = node.opType.lowercased() + suffix
      path.append(input == nil ? kind : "")
    }
    // Legacy exporters repeat each module's full path below its parent's: /layer1/layer1.0/conv1.
    var parts: [String] = []
    for part in path where !part.isEmpty {
      if let last = parts.last, part.hasPrefix(last + ".") { parts.removeLast() }
      parts.append(part)
    }
    let name = parts.joined(separator: ".")
    let isFit =
      !name.isEmpty && name.utf8.count <= Self.maximumNameLength
    return isFit ? name : "\(node.opType.lowercased())_\(index)"
  }

  /// Longer names would be copied with each call of a function.
  private static let maximumNameLength = 256
}

extension NodeFailure {
  /// A node that is mapped but not valid.
  init(graphError: GraphError) {
    switch graphError {
    case .attribute(_, _, let attribute, let expected, let found):
      self.init(attribute, expected: expected, found: found)
    case .shape(_, _, let expected, let found):
      self.init("X", expected: "an input of \(expected)", found: found)
    case .inputCount(_, _, let expected, let found):
      self.init("inputs", expected: expected, found: found)
    default:
      self.init(nil, expected: "a valid layer", found: graphError)
    }
  }
}
