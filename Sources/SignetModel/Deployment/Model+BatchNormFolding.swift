extension Model {
  /// The same function without the batch norms that follow a layer whose output nothing else
  /// reads: the layer's scales (or weights) and bias take them over, in double precision.
  ///
  /// - Parameter names: the batch norms that may go; `nil` takes all
  /// - Throws: ``CompactionError`` if a folded number is not finite.
  public func foldingBatchNorms(
    named names: Set<String>? = nil
  ) throws(CompactionError) -> Model {
    var folding = BatchNormFolding(model: self, names: names)
    for node in graph.nodes { try folding.take(node) }
    let folded: Graph
    do throws(GraphError) {
      folded = try Graph(
        inputs: graph.inputs, nodes: folding.nodes,
        outputs: graph.outputs.map {
          GraphOutput(name: $0.name, value: folding.renamed[$0.value] ?? $0.value)
        },
        sizeRules: graph.sizeRules.mapValues { $0.renaming(folding.renamed) })
    } catch {
      throw .graph(error)
    }
    do throws(ModelError) {
      return try with(graph: folded, weights: folding.weights)
    } catch {
      throw .model(error)
    }
  }
}

/// A model's nodes and weights while batch norms go from them one after the other.
private struct BatchNormFolding {
  let model: Model
  private(set) var nodes: [Node] = []
  private var positions: [String: Int] = [:]
  private(set) var weights: [String: Weight]
  /// The values that take the place of folded batch norms'.
  private(set) var renamed: [String: String] = [:]
  private let readerCounts: [String: Int]
  private let names: Set<String>?

  init(model: Model, names: Set<String>?) {
    self.model = model
    self.names = names
    weights = model.weights
    var counts: [String: Int] = [:]
    for output in model.graph.outputs { counts[output.value, default: 0] += 1 }
    for input in model.graph.nodes.flatMap(\.inputs) { counts[input, default: 0] += 1 }
    readerCounts = counts
  }

  mutating func take(_ node: Node) throws(CompactionError) {
    guard let norm = BatchNormFold(node, weights: weights), let input = node.inputs.first,
      readerCounts[input] == 1, names?.contains(node.name) ?? true,
      let index = positions[renamed[input] ?? input],
      nodes[index].operation.isBinarizable
    else {
      positions[node.name] = nodes.count
      nodes.append(
        Node(node.name, node.operation, inputs: node.inputs.map { renamed[$0] ?? $0 }))
      return
    }
    try fold(norm, into: nodes[index])
    nodes[index].operation = nodes[index].operation.withBias
    renamed[node.name] = nodes[index].name
    for (role, _) in node.operation.parameters { weights[node.parameterName(role)] = nil }
  }

  /// `scale·x + offset` of `x = W·p + b` is `scale·W·p + scale·b + offset`.
  private mutating func fold(_ norm: BatchNormFold, into layer: Node) throws(CompactionError) {
    let name = layer.parameterName(.weight)
    if let weight = weights[name] {
      weights[name] = try CompactionError.wrapping(name) { () throws(WeightError) in
        try weight.scaled(by: norm.scale)
      }
    }
    let biasName = layer.parameterName(.bias)
    let bias = weights[biasName]?.floats.map(Double.init)
    let offset = bias.map(norm.offset(behind:)) ?? norm.offset
    weights[biasName] = try CompactionError.wrapping(biasName) { () throws(WeightError) in
      try Weight(shape: [offset.count], values: finite(offset))
    }
  }
}

extension Weight {
  /// Every filter multiplied by its own number; codes stay as they are where that is positive.
  ///
  /// - Parameter scale: one per filter
  package func scaled(by scale: [Double]) throws(WeightError) -> Weight {
    switch storage {
    case .float(let values):
      let floats = values.array
      let patch = floats.count / max(1, scale.count)
      return try Weight(
        shape: shape,
        values: finite(floats.indices.map { Double(floats[$0]) * scale[$0 / patch] }))
    case .int8(let filters):
      let scales = try product(filters.scales, scale)
      return try Weight(shape: shape, storage: .int8(filters.with(scales: scales)))
    case .binary(let codes):
      let scaled = try codes.with(
        scales: product(codes.scales, codes.rows.filters.map { scale[$0] }),
        constants: codes.constants.map { constants throws(WeightError) in
          try product(constants, scale)
        }, inputScales: codes.inputScales)
      return try Weight(shape: shape, storage: .binary(scaled.withPositiveScales()))
    }
  }
}

extension BinaryCodes {
  /// The same weights with α ≥ 0: the codes of a negative scale change their signs.
  fileprivate func withPositiveScales() throws(WeightError) -> BinaryCodes {
    let scales = scales.array
    guard scales.contains(where: { $0 < 0 }) else { return self }
    var bytes = bytes
    let stride = bytesPerFilter
    let padding = UInt8(truncatingIfNeeded: 0xff << (patchLength % 8))
    bytes.withUnsafeMutableBytes { (raw: UnsafeMutableRawBufferPointer) in
      for row in scales.indices where scales[row] < 0 {
        for index in row * stride..<(row + 1) * stride { raw[index] = ~raw[index] }
        if patchLength % 8 != 0 { raw[(row + 1) * stride - 1] &= ~padding }
      }
    }
    return try BinaryCodes(
      bytes: bytes, scales: FloatValues(scales.map(abs)), rows: rows, patchLength: patchLength,
      constants: constants, inputScales: inputScales)
  }
}

/// - Parameters:
///   - scales: N
///   - factors: N
private func product(
  _ scales: FloatValues, _ factors: [Double]
) throws(WeightError) -> FloatValues {
  let scales = scales.array
  return FloatValues(
    try finite(scales.indices.map { Double(scales[$0]) * factors[$0] }))
}

private func finite(_ numbers: [Double]) throws(WeightError) -> [Float] {
  let floats = numbers.map(Float.init)
  if let index = floats.firstIndex(where: { !$0.isFinite }) {
    throw .notFinite(index: index, found: floats[index])
  }
  return floats
}
