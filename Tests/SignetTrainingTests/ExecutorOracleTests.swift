import NetworkOracle
import SignetModel
import SignetTraining
import Testing

/// libtorch's results of whole networks, held to the bounds of plain loops in double precision.
@Suite struct ExecutorOracleTests {
  @Test func everyKindOfOperationIsThere() throws {
    let graphs = try [.everyOperation()] + Graph.gridOperations()
    let kinds = Set(graphs.flatMap(\.nodes).map(\.operation.kind))
    #expect(kinds == Set(NodeOperation.Kind.allCases))
  }

  @Test(arguments: [WeightKind.float, .int8, .codes(1), .codes(3)])
  func networksAreWithinTheBounds(_ kind: WeightKind) throws {
    let graphs: [Graph] =
      [
        try .everyOperation(), try .residualNetwork(), try .plainNetwork(), try .branchingNetwork(),
      ] + (kind == .float ? try Graph.gridOperations() : [])
    for graph in graphs {
      let model = try Model.random(graph, weights: kind)
      let interpreter = Interpreter(model: model)
      var random = RandomNumbers(seed: 9)
      let size = graph.inputShape.elementCount
      let images = random.floats(2 * size)
      let scores = try Executor(model: model).logits(images: images, count: 2)
      for image in 0..<2 {
        let expected = interpreter.run(Array(images[image * size..<(image + 1) * size]))
        let count = expected.numbers.count
        let found = Array(scores[image * count..<(image + 1) * count])
        #expect(expected.mismatch(found) == nil)
      }
    }
  }
}
