import NetworkOracle
import SignetRuntime
import Testing

@testable import SignetModel

/// Compact models compute what they stand for.
@Suite struct CompactModelTests {
  static let weights: [WeightKind] = [.float, .codes(1), .codes(2)]

  private static func graphs() throws -> [Graph] {
    [try .residualNetwork(), try .plainNetwork(), try .branchingNetwork()]
  }

  /// In double precision, folding changes no more than the rounding of its numbers to float.
  @Test(arguments: weights) func foldingIsExact(_ kind: WeightKind) throws {
    for graph in try Self.graphs() {
      let model = try Model.random(graph, weights: kind)
      let folded = try model.foldingBatchNorms()
      #expect(folded.graph.nodes.count < graph.nodes.count)
      let input = EngineTester(model: model).input()
      let before = Interpreter(model: model).run(input)
      let after = Interpreter(model: folded).run(input)
      for index in before.numbers.indices {
        let bound = before.bounds[index] + after.bounds[index]
        #expect(abs(before.numbers[index] - after.numbers[index]) <= bound)
      }
    }
  }

  @Test(arguments: KernelSet.available, weights)
  func enginesRunThem(_ kernels: KernelSet, _ kind: WeightKind) throws {
    for graph in try Self.graphs() {
      let model = try Model.random(graph, weights: kind).compacted()
      #expect(model.graph.layers.allSatisfy { model.weight(.weight, of: $0)?.isFloat == false })
      var tester = EngineTester(model: model, images: 2)
      tester.options = Engine.Options(maximumBatch: 2, kernels: kernels)
      try tester.run()
    }
  }

  /// 8-bit weights are off by at most half a step each, some thousandth of the weights' magnitude.
  @Test func scoresStayClose() throws {
    let model = try Model.random(.plainNetwork(), weights: .codes(1))
    let compact = try model.compacted()
    let input = EngineTester(model: model).input()
    let before = Interpreter(model: model).run(input).numbers
    let after = Interpreter(model: compact).run(input).numbers
    let error = zip(before, after).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let power = before.reduce(0) { $0 + $1 * $1 }
    #expect(error > 0)
    #expect((error / power).squareRoot() < 0.005)
  }
}
