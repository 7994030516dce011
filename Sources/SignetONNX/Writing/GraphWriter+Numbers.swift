import SignetModel

/// Numbers that follow the extents which a run chooses.
extension GraphWriter {
  /// The node's, in the order of `NodeOperation.sizes`.
  func numbers(of node: Node) -> [WrittenNumber] {
    let sizes = node.operation.sizes.map { WrittenNumber(usual: $0) }
    guard open != nil, case .extents(let rules)? = model.graph.sizeRules[node.name] else {
      return sizes
    }
    return zip(sizes, rules).map { WrittenNumber(usual: $0.usual, rule: $1) }
  }

  /// Those of an input's or node's value.
  func extents(of value: String) -> [WrittenNumber] {
    let axes = open?.axes(of: value) ?? []
    return (shapes[value]?.extents ?? []).enumerated().map { axis, extent in
      WrittenNumber(
        usual: extent,
        rule: axes.contains(axis)
          ? OpenExtent(factors: [OpenExtent.Factor(value: value, axis: axis)]) : nil)
    }
  }

  /// A value that has the numbers one after the other.
  mutating func list(_ name: String, _ numbers: [WrittenNumber]) -> String {
    guard numbers.contains(where: { $0.rule != nil }) else {
      return store(name, numbers.map(\.usual))
    }
    var parts: [String] = []
    var written: [Int] = []
    for number in numbers {
      guard let rule = number.rule else {
        written.append(number.usual)
        continue
      }
      if !written.isEmpty { parts.append(list(of: written)) }
      written = []
      parts.append(value(of: rule))
    }
    if !written.isEmpty { parts.append(list(of: written)) }
    guard parts.count > 1 else { return parts[0] }
    return append("Concat", parts, to: beside(name), [.integer("axis", 0)])
  }

  private mutating func list(of numbers: [Int]) -> String {
    store("signet.numbers." + numbers.map(String.init).joined(separator: "_"), numbers)
  }

  /// A list of the one number.
  private mutating func value(of rule: OpenExtent) -> String {
    if let known = workedOut[rule] { return known }
    var value: String?
    for factor in rule.factors {
      let extent = extent(factor)
      value = value.map { append("Mul", [$0, extent], to: beside("\($0).by.\(extent)")) } ?? extent
    }
    guard var value else { return list(of: [rule.numerator / rule.denominator + rule.offset]) }
    let steps = [
      ("Mul", rule.numerator, 1), ("Div", rule.denominator, 1), ("Add", rule.offset, 0),
    ]
    for (name, number, neutral) in steps where number != neutral {
      value = append(
        name, [value, list(of: [number])], to: beside("\(value).\(name.lowercased())\(number)"))
    }
    workedOut[rule] = value
    return value
  }

  private mutating func extent(_ factor: OpenExtent.Factor) -> String {
    let known = OpenExtent(factors: [factor])
    if let value = workedOut[known] { return value }
    // The batch stands before them.
    let axis = factor.axis + 1
    let shape = append(
      "Shape", [name(of: factor.value)], to: beside("\(factor.value).shape\(axis)"))
    let value = append(
      "Slice", [shape, list(of: [axis]), list(of: [axis + 1])],
      to: beside("\(factor.value).extent\(axis)"))
    workedOut[known] = value
    return value
  }
}

extension Graph {
  /// Whether a file's own operators can follow the extents that a run chooses where the node does.
  func followsInFile(_ node: Node) -> Bool {
    switch (node.operation, sizeRules[node.name]) {
    case (.resize(let attributes), nil):
      guard let shape = shapes[node.inputs[0]] else { return false }
      return attributes.followsScales(over: shape)
    case (_, nil): return true
    case (.convolution, .samePadding?):
      // A transposed convolution's padding is another.
      return !nodes.contains {
        guard case .spread = $0.operation else { return false }
        return $0.name == node.inputs[0]
      }
    case (.maxPool, .samePadding?), (.averagePool, .samePadding?): return true
    case (.maxPool(let pooling), .extents(let rules)?),
      (.averagePool(let pooling), .extents(let rules)?):
      return pooling.coversAll(rules, of: node.inputs[0])
    case (.region, .extents(let rules)?):
      let numbers = zip(node.operation.sizes, rules).map { WrittenNumber(usual: $0, rule: $1) }
      guard case .region(let region) = node.operation, rules.count == node.operation.sizes.count
      else { return false }
      return region.axes.indices.allSatisfy { WrittenAxis(numbers[$0 * 5..<$0 * 5 + 5]).end != nil }
    case (.reshape, .extents?), (.transpose, .extents?), (.reduce, .extents?),
      (.argExtreme, .extents?), (.normalize, .extents?), (.matrixProduct, .extents?),
      (.selection, .extents?), (.slice, .extents?), (.pad, .extents?), (.resize, .extents?):
      return true
    default: return false
    }
  }

  /// Whether a pooling's one window is all of its input, whatever extents that has.
  func coversAll(_ pooling: Pooling, _ node: Node) -> Bool {
    guard case .extents(let rules)? = sizeRules[node.name] else { return false }
    return pooling.coversAll(rules, of: node.inputs[0])
  }
}

extension Pooling {
  fileprivate func coversAll(_ rules: [OpenExtent?], of input: String) -> Bool {
    let whole = [1, 2].map { OpenExtent(factors: [OpenExtent.Factor(value: input, axis: $0)]) }
    return padding == Padding2D(0) && dilation == Size2D(1) && rules.count == 6
      && Array(rules.prefix(2)) == whole && rules.dropFirst(2).allSatisfy { $0 == nil }
  }
}

extension Resize {
  /// Whether the sizes are what the scales make of an input's.
  func followsScales(over shape: Shape) -> Bool {
    [(height, shape.height), (width, shape.width)].allSatisfy { axis, extent in
      Int((Double(extent) * Double(axis.scale)).rounded(.down)) == axis.size
    }
  }
}
