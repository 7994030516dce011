import Foundation
import SignetModel
import Testing
import ThrownErrors

@testable import SignetONNX

/// Nodes stand in any order, and each value has one maker.
@Suite struct NodeOrderTests {
  private func network(_ order: [Int]) -> TestFile {
    var file = TestFile()
    file.floats("w", [2, 3, 3, 3], numbers(54))
    file.node("Conv", ["image", "w"], "a")
    file.node("Relu", ["a"], "b")
    file.node("Sigmoid", ["a"], "c")
    file.node("Add", ["b", "c"], "out")
    file.proto.graph.node = order.map { file.proto.graph.node[$0] }
    return file
  }

  @Test func anyOrderGivesTheSameNetwork() throws {
    let expected = try network([0, 1, 2, 3]).model()
    for order in [[3, 2, 1, 0], [1, 3, 0, 2], [0, 3, 1, 2], [2, 0, 3, 1]] {
      let found = try network(order).model()
      #expect(Set(found.graph.nodes) == Set(expected.graph.nodes), "\(order)")
      #expect(found.weights == expected.weights)
      #expect(found.graph.outputShape == expected.graph.outputShape)
    }
    // An order that is one already is kept, branches included.
    #expect(
      try network([0, 2, 1, 3]).model().graph.nodes.map(\.operation.kind)
        == [.convolution, .activation, .relu, .add])
  }

  @Test func cyclesAreNamed() throws {
    var file = TestFile()
    file.node("Add", ["image", "b"], "a")
    file.node("Relu", ["a"], "b")
    file.node("Relu", ["b"], "out")
    let problems = try file.problems()
    #expect(problems.map(\.found) == ["the cycle 'node_a' → 'node_b' → 'node_a'"])
    var own = TestFile()
    own.node("Add", ["image", "out"], "out")
    #expect(try own.problems().map(\.found) == ["the cycle 'node_out' → 'node_out'"])
  }

  @Test func aValueIsMadeOnce() throws {
    for (first, second) in [("a", "a"), ("image", "b"), ("b", "w")] {
      var file = TestFile()
      file.floats("w", [1], [1])
      file.node("Relu", ["image"], first)
      file.node("Relu", ["image"], second)
      file.node("Relu", ["image"], "out")
      let problems = try file.problems()
      #expect(problems.count == 1, "\(first) \(second)")
      #expect(problems.first?.expected == "a name of its own for each value")
    }
    var tensors = TestFile()
    tensors.floats("w", [1], [1])
    tensors.floats("w", [1], [2])
    tensors.node("Add", ["image", "w"], "out")
    #expect(try tensors.problems().map(\.part) == [.tensor])
    var outputs = TestFile()
    outputs.node("Split", ["image"], "x", "x", attributes: [.integer("axis", 1)])
    outputs.node("Relu", ["image"], "out")
    #expect(try outputs.problems().count == 1)
  }

  @Test func functionsAreOrderedToo() throws {
    func file(_ nodes: [(String, String, String)]) -> TestFile {
      var file = TestFile()
      file.node("Own", ["image"], "out", domain: "own")
      var function = ProtoFunction()
      function.domain = "own"
      function.name = "Own"
      function.input = ["x"]
      function.output = ["z"]
      function.node = nodes.map { kind, input, output in
        var node = ProtoNode()
        node.opType = kind
        node.input = [input]
        node.output = [output]
        return node
      }
      file.proto.functions = [function]
      return file
    }
    let model = try file([("Sigmoid", "y", "z"), ("Relu", "x", "y")]).model()
    #expect(model.graph.nodes.map(\.operation.kind) == [.relu, .activation])
    #expect(try file([("Relu", "z", "y"), ("Relu", "y", "z")]).problems().count == 1)
    #expect(try file([("Relu", "x", "x")]).problems().count == 1)
  }

  /// Only one of two heads can be taken.
  @Test func whatTheOutputDoesNotNeedIsLeftOut() throws {
    var file = TestFile(output: "good")
    file.node("Det", ["image"], "bad")
    file.node("Relu", ["image"], "good")
    file.proto.graph.output.append(file.proto.graph.output[0])
    file.proto.graph.output[1].name = "bad"
    let model = try file.model(.init(output: "good"))
    #expect(model.graph.nodes.map(\.operation) == [.relu])
    #expect(model.interface?.outputs.first?.name == "good")
    #expect(
      thrown(ONNXError.self) { try file.model(.init(output: "bad")) }
        == "test.onnx: cannot be taken: Det is not taken; replace it by other operators before the export (1 node: 'node_bad'); signet import --operators lists what is taken"
    )
  }

  @Test func sixtyThousandNodes() throws {
    var file = TestFile(input: [1, 1, 1, 1])
    file.proto.graph.node = (0..<60_000).reversed().map { index in
      .make(
        index % 3 == 0 ? "Relu" : "Sigmoid", [index == 0 ? "image" : "v\(index - 1)"],
        [index == 59_999 ? "out" : "v\(index)"])
    }
    let clock = ContinuousClock()
    var model: Model?
    let elapsed = try clock.measure { model = try file.model() }
    #expect(model?.graph.nodes.count == 60_000)
    #expect(elapsed < .seconds(60))
  }
}
