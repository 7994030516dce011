import SignetModel

/// Orders a layer's filters by their numbers of codes where that costs nothing when running: where one
/// layer alone reads them, by way of what treats each channel alike, its input channels are put in
/// the same order. Filters of equally many codes then lie side by side.
struct FilterOrdering: Equatable {
  /// Nodes between the layer and its reader, whose channels go along.
  let passed: [String]
  let reader: String

  /// `nil` where the order shows elsewhere.
  init?(layer: Node, graph: Graph) {
    guard layer.operation.hasOneGroup else { return nil }
    var passed: [String] = []
    var name = layer.name
    while graph.consumers(of: name).count == 1, !graph.isOutput(name),
      let node = graph.consumers(of: name).first
    {
      switch node.operation {
      case .batchNorm, .relu, .activation, .dropout, .maxPool, .averagePool, .globalAveragePool:
        passed.append(node.name)
      case .convolution(let attributes)
      where attributes.groups > 1 && attributes.groups == attributes.inputChannels
        && attributes.outputChannels == attributes.groups:
        passed.append(node.name)
      case .convolution, .linear:
        guard node.operation.hasOneGroup else { return nil }
        (self.passed, reader) = (passed, node.name)
        return
      default: return nil
      }
      name = node.name
    }
    return nil
  }

  /// The same function with filters in order wherever that is free.
  static func applied(to model: Model) throws -> Model {
    var weights = model.weights
    for layer in model.graph.layers {
      guard let codes = weights[layer.parameterName(.weight)]?.codes, !codes.rows.areEqual,
        let ordering = FilterOrdering(layer: layer, graph: model.graph)
      else { continue }
      let counts = codes.codeCounts
      let order = counts.indices.sorted { (counts[$0], $0) < (counts[$1], $1) }
      for name in [layer.name] + ordering.passed {
        guard let node = model.graph.node(named: name) else { continue }
        for (role, _) in node.operation.parameters {
          let tensor = node.parameterName(role)
          weights[tensor] = try weights[tensor]?.reordered(filters: order)
        }
      }
      let tensor = "\(ordering.reader).\(ParameterRole.weight.rawValue)"
      weights[tensor] = try weights[tensor]?.reordered(inputs: order)
    }
    return try model.with(weights: weights)
  }
}

extension NodeOperation {
  fileprivate var hasOneGroup: Bool {
    switch self {
    case .convolution(let attributes): attributes.groups == 1
    case .linear: true
    default: false
    }
  }
}

extension Weight {
  /// - Parameter order: which filter stands at each place, all of them
  fileprivate func reordered(filters order: [Int]) throws(WeightError) -> Weight {
    if let codes {
      let chosen = try codes.selecting(filters: order)
      return try Weight(
        shape: shape,
        storage: .binary(
          chosen.with(
            scales: chosen.scales, constants: chosen.constants, inputScales: codes.inputScales)))
    }
    let floats = floats
    let length = floats.count / max(1, order.count)
    return try Weight(
      shape: shape, values: order.flatMap { floats[$0 * length..<($0 + 1) * length] })
  }

  /// - Parameter order: which input channel stands at each place, all of them
  fileprivate func reordered(inputs order: [Int]) throws(WeightError) -> Weight {
    let length = elementCount / max(1, shape.first ?? 1)
    let positions = length / max(1, order.count)
    let elements = order.flatMap { $0 * positions..<($0 + 1) * positions }
    func rows<Element>(_ values: [Element]) -> [Element] {
      stride(from: 0, to: values.count, by: max(1, length)).flatMap { row in
        elements.map { values[row + $0] }
      }
    }
    guard let codes else { return try Weight(shape: shape, values: rows(floats)) }
    let scales = try codes.inputScales.map { (scales) throws(WeightError) in
      let values = scales.values.array
      return try InputScales(order.map { values[$0] }, channelCount: scales.channelCount)
    }
    return try Weight(
      shape: shape,
      storage: .binary(
        BinaryCodes(
          signs: rows(codes.signs), scales: codes.scales.array, rows: codes.rows,
          patchLength: codes.patchLength, constants: codes.constants?.array, inputScales: scales)))
  }
}
