import NetworkOracle
import SignetModel
import SignetRuntime
import Testing

/// What ``Engine/Options/isExact`` says of scores, measured against double precision.
@Suite struct EnginePromiseTests {
  static let networks = ["residual", "plain", "branching", "deep"]
  static let weights: [WeightKind] = [.float, .int8, .codes(1), .codes(2)]

  private func graph(_ name: String) throws -> Graph {
    switch name {
    case "residual": return try .residualNetwork()
    case "plain": return try .plainNetwork()
    case "branching": return try .branchingNetwork()
    default:
      // Twelve layers, through which what each rounds goes on.
      var builder = GraphBuilder(inputShape: .map(3, 10, 10))
      var value = builder.layer("stem", builder.input, 3, 16)
      for block in 0..<5 {
        let first = builder.layer("a\(block)", value, 16, 16)
        let second = builder.layer("b\(block)", first, 16, 16, active: false)
        let sum = builder.append("sum\(block)", .add, second, value)
        value = builder.append("active\(block)", .relu, sum)
      }
      let pooled = builder.append("pool", .globalAveragePool, value)
      let flat = builder.append("flat", .flatten, pooled)
      let output = builder.append("fc", .linear(Linear(inputs: 16, outputs: 10)), flat)
      return try builder.graph(output: output)
    }
  }

  @Test(arguments: networks, weights)
  func scoresMoveByLessThanIsSaid(network: String, kind: WeightKind) throws {
    try check(.random(graph(network), weights: kind))
  }

  /// A filter of zeros makes a channel that is constant, one of equal weights a channel that is larger
  /// than the others; neither may cost them their precision.
  @Test(arguments: networks, weights)
  func zeroAndConstantFilters(network: String, kind: WeightKind) throws {
    try check(.random(graph(network), weights: kind).withZeroAndConstantFilters())
  }

  private func check(_ model: Model) throws {
    let tester = EngineTester(model: model, images: 4)
    let input = tester.input()
    let size = model.graph.inputShape.elementCount
    let interpreter = Interpreter(model: model)
    let expected = (0..<4).flatMap { image in
      interpreter.run(Array(input[image * size..<(image + 1) * size])).numbers
    }
    let energy = expected.reduce(0) { $0 + $1 * $1 }
    for kernels in KernelSet.available {
      for isExact in [false, true] {
        let options = Engine.Options(maximumBatch: 4, kernels: kernels, isExact: isExact)
        let scores = try Engine(model: model, options: options).run(input, count: 4)
        #expect(scores.count == expected.count)
        let error = zip(scores, expected).reduce(0) { $0 + ($1.0.difference(to: $1.1)) }
        let moved = (error / energy).squareRoot()
        #expect(moved < (isExact ? 1e-5 : 0.005), "\(kernels.name), exact: \(isExact)")
      }
    }
  }
}

extension Float {
  /// Squared.
  fileprivate func difference(to other: Double) -> Double {
    (Double(self) - other) * (Double(self) - other)
  }
}

extension Model {
  /// Of each layer the second filter is all zeros and the third has equal weights.
  fileprivate func withZeroAndConstantFilters() throws -> Model {
    var changed = weights
    for node in graph.nodes where node.operation.isBinarizable {
      let name = node.parameterName(.weight)
      guard let weight = weights[name], weight.shape[0] > 3 else { continue }
      changed[name] = try weight.withZeroAndConstantFilters()
    }
    return try Model(graph: graph, weights: changed, preprocessing: preprocessing)
  }
}

extension Weight {
  fileprivate func withZeroAndConstantFilters() throws -> Weight {
    let filters = shape[0]
    guard let codes else {
      let patch = elementCount / filters
      var values = floats
      let largest = values.map(abs).max() ?? 0
      for element in 0..<patch {
        values[patch + element] = 0
        values[2 * patch + element] = largest
      }
      guard case .int8 = storage else { return try Weight(shape: shape, values: values) }
      return try Weight(
        shape: shape, storage: .int8(Int8Filters(quantizing: values, filterCount: filters)))
    }
    var signs = codes.signs
    var scales = codes.scales.array
    for row in scales.indices where row % filters == 1 { scales[row] = 0 }
    for row in scales.indices where row % filters == 2 {
      for element in 0..<codes.patchLength { signs[row * codes.patchLength + element] = 1 }
    }
    return try Weight(
      shape: shape,
      storage: .binary(
        BinaryCodes(
          signs: signs, scales: scales, codeCount: codes.codeCount, filterCount: filters,
          patchLength: codes.patchLength)))
  }
}
