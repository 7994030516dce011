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
    let model = try Model.random(graph(network), weights: kind)
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
