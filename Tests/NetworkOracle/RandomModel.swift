import SignetModel

/// How a test model keeps the weights of its convolutions and linear layers.
package enum WeightKind: Hashable, Sendable, CustomStringConvertible {
  case float
  case int8
  case codes(Int)

  package var description: String {
    switch self {
    case .float: "float"
    case .int8: "8 bits"
    case .codes(let count): "\(count) codes"
    }
  }
}

extension Model {
  /// A model with random weights whose activations stay near 1.
  package static func random(
    _ graph: Graph, weights kind: WeightKind = .float, seed: UInt64 = 1
  ) throws -> Model {
    var random = RandomNumbers(seed: seed)
    var weights: [String: Weight] = [:]
    for node in graph.nodes {
      for (role, shape) in node.operation.parameters {
        weights[node.parameterName(role)] = try Weight.random(
          role, shape: shape, isLayer: node.operation.isBinarizable, kind: kind, &random)
      }
    }
    let channels = graph.inputShape.channels
    return try Model(
      graph: graph, weights: weights,
      preprocessing: channels == 1
        ? .fashionMNIST
        : channels == 3 ? Preprocessing(mean: [0, 0, 0], std: [1, 1, 1]) : .none)
  }
}

extension Weight {
  package static func random(
    _ role: ParameterRole, shape: [Int], isLayer: Bool, kind: WeightKind,
    _ random: inout RandomNumbers
  ) throws -> Weight {
    let count = shape.reduce(1, *)
    guard role == .weight, isLayer else {
      let range: ClosedRange<Float> = role == .runningVariance ? 0.5...1.5 : -0.7...1
      return try Weight(shape: shape, values: random.floats(count, in: range))
    }
    let filters = shape[0]
    let patch = count / filters
    let gain = 1.6 / Float(patch).squareRoot()
    switch kind {
    case .float:
      return try Weight(shape: shape, values: random.floats(count, in: -gain...gain))
    case .int8:
      let values = random.floats(count, in: -gain...gain)
      return try Weight(
        shape: shape, storage: .int8(Int8Filters(quantizing: values, filterCount: filters)))
    case .codes(let codes):
      let scales = random.floats(codes * filters, in: (0.3 * gain)...gain)
      return try Weight(
        shape: shape,
        storage: .binary(
          BinaryCodes(
            signs: random.signs(codes * count), scales: scales, codeCount: codes,
            filterCount: filters, patchLength: patch)))
    }
  }
}
