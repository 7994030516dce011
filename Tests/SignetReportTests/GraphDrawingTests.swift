import SignetModel
import Testing

@testable import SignetReport

@Suite struct GraphDrawingTests {
  /// A residual block: two ways from the pool to the addition.
  private func graph() throws -> Graph {
    var builder = GraphBuilder(inputShape: .map(1, 8, 8))
    let convolution = NodeOperation.convolution(
      Convolution(inputChannels: 1, outputChannels: 1, kernel: Size2D(1), hasBias: false))
    let first = builder.append("first", convolution, builder.input)
    let relu = builder.append("relu", .relu, first)
    let second = builder.append("second", convolution, relu)
    let activated = builder.append("activated", .relu, second)
    let sum = builder.append("sum", .add, activated, relu)
    let pooled = builder.append("pooled", .globalAveragePool, sum)
    return try builder.graph(output: pooled)
  }

  @Test func whatChangesNumbersOneByOneNeedsNoRow() throws {
    let rows = GraphRow.rows(of: try graph())
    #expect(rows.map(\.name) == ["input", "first", "second", "sum", "pooled"])
    #expect(rows.map(\.inputs) == [[], [0], [1], [2, 1], [3]])
    #expect(rows[1].operations == "convolution · relu")
    #expect(rows[4].operations == "global average pool")
    #expect(rows[4].outputs == ["pooled"])
  }

  @Test func branchesRunSideBySide() {
    let lanes = GraphLanes(inputs: [[], [0], [1], [2, 1], [3]])
    #expect(lanes.width == 2)
    #expect(lanes.rows.map(\.lane) == [0, 0, 1, 0, 0])
    #expect(lanes.rows[2].incoming == [0] && lanes.rows[2].passing == [0])
    #expect(lanes.rows[3].incoming.sorted() == [0, 1] && lanes.rows[3].passing == [])
    #expect(lanes.rows.map(\.goesOn) == [true, true, true, true, false])
  }

  @Test func lanesAreUsedAgain() {
    // Three branches of one value, joined; then three more.
    let block: [[Int]] = [[], [0], [0], [0], [1, 2, 3], [4], [4], [4], [5, 6, 7]]
    let lanes = GraphLanes(inputs: block)
    #expect(lanes.width == 3)
    #expect(lanes.rows[8].lane == 0)
    #expect(GraphLanes(inputs: []).rows.isEmpty)
  }

  @Test func longNetworksAreDrawnQuickly() {
    let chain = (0..<3000).map { $0 < 2 ? ($0 == 0 ? [] : [0]) : [$0 - 1, $0 - 2] }
    let lanes = GraphLanes(inputs: chain)
    #expect(lanes.rows.count == 3000)
    #expect(lanes.width == 2)
  }

  @Test func theFigureNamesShapesBitsAndBytes() throws {
    let graph = try graph()
    let codes = try BinaryCodes(
      signs: [1], scales: [0.5], codeCount: 1, filterCount: 1, patchLength: 1)
    let model = try Model(
      graph: graph,
      weights: [
        "first.weight": Weight(shape: [1, 1, 1, 1], values: [2]),
        "second.weight": Weight(shape: [1, 1, 1, 1], storage: .binary(codes)),
      ], preprocessing: .fashionMNIST)
    let text = GraphFigure(model: model).markup.text
    #expect(text.contains("1×8×8 · 32\u{a0}bits · 4\u{a0}bytes"))
    // A byte of codes and a scale for one weight.
    #expect(text.contains("<li class=\"binary\">"))
    #expect(text.contains("1×8×8 · 40\u{a0}bits · 5\u{a0}bytes"))
    #expect(text.contains("of second, first"))
  }
}
