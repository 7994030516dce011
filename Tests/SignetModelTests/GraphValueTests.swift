import Testing

@testable import SignetModel

/// Values of a graph by their identifiers.
@Suite struct GraphValueTests {
  private func graph() throws -> Graph {
    var g = GraphBuilder(inputShape: .map(2, 4, 4))
    g.append(
      "conv", .convolution(Convolution(inputChannels: 2, outputChannels: 3, kernel: Size2D(1))),
      g.input)
    g.append("relu", .relu, "conv")
    g.append("sum", .add, "relu", "conv")
    return try g.graph(output: "sum")
  }

  @Test func inputsAndWhatNodesMakeAreAllDifferent() throws {
    let graph = try graph()
    let made = graph.nodes.indices.map(graph.value(madeBy:))
    #expect(Set(graph.inputValues + made).count == 4)
    #expect((graph.inputValues + made).sorted() == graph.inputValues + made)
    #expect(graph.inputValues.compactMap(graph.maker).isEmpty)
    #expect(made.map(graph.maker) == [0, 1, 2])
    #expect(graph.outputValues == [made[2]])
  }

  @Test func namesReadersAndShapesAreThoseOfTheNodes() throws {
    let graph = try graph()
    #expect(graph.value(named: Graph.inputName) == graph.inputValues[0])
    #expect(graph.value(named: "relu") == graph.value(madeBy: 1))
    #expect(graph.value(named: "nobody") == nil)
    #expect(graph.values(readBy: 0) == graph.inputValues)
    #expect(graph.values(readBy: 2) == [graph.value(madeBy: 1), graph.value(madeBy: 0)])
    #expect(graph.shape(of: graph.inputValues[0]) == .map(2, 4, 4))
    #expect(graph.shape(of: graph.value(madeBy: 0)) == .map(3, 4, 4))
  }

  /// Several inputs come first, whatever their number.
  @Test func severalInputsMoveWhatNodesMake() {
    let nodes = [Node("sum", .add, inputs: ["left", "right"])]
    let index = GraphIndex(nodes, inputs: ["left", "right"])
    #expect(index.inputs.count == 2)
    #expect(!index.inputs.contains(index.value(madeBy: 0)))
    #expect(index.maker(of: index.value(madeBy: 0)) == 0)
    #expect(index.inputs.allSatisfy { index.maker(of: $0) == nil })
    #expect(index.values["right"] == index.inputs[1])
  }
}
