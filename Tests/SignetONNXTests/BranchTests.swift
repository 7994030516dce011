import SignetModel
import SignetRuntime
import Testing

@testable import SignetONNX

/// Branches whose condition is known when the file is read.
@Suite struct BranchTests {
  private func branch(_ nodes: [ProtoNode], output: String) -> ProtoGraph {
    var graph = ProtoGraph()
    graph.node = nodes
    var value = ProtoValueInfo()
    value.name = output
    graph.output = [value]
    return graph
  }

  private func graph(_ name: String, _ graph: ProtoGraph) -> ProtoAttribute {
    var attribute = ProtoAttribute()
    attribute.name = name
    attribute.type = 5
    attribute.g = graph
    return attribute
  }

  /// Squeezed where the second extent is 1, as exporters of `squeeze` write it; what it reads stands
  /// behind it in the file.
  private func file(_ extent: Int) -> TestFile {
    var file = TestFile(input: [nil, extent, 3])
    file.node("Shape", ["image"], "shape")
    file.integers("one", [1])
    file.node("Gather", ["shape", "one"], "extent")
    file.node("Equal", ["extent", "one"], "isOne")
    let squeezed = branch([.make("Squeeze", ["active", "one"], ["squeezed"])], output: "squeezed")
    let summed = branch(
      [.make("ReduceSum", ["active", "one"], ["sum"], attributes: [.integer("keepdims", 0)])],
      output: "sum")
    file.node(
      "If", ["isOne"], "out",
      attributes: [graph("then_branch", squeezed), graph("else_branch", summed)])
    file.node("Relu", ["image"], "active")
    return file
  }

  @Test func theBranchTakenStandsThere() throws {
    let one = try Engine(model: try file(1).model(), options: Engine.Options(isExact: true))
    #expect(try one.run([1, -2, 3], count: 1) == [1, 0, 3])
    let two = try Engine(model: try file(2).model(), options: Engine.Options(isExact: true))
    #expect(try two.run([1, -2, 3, 4, 5, 6], count: 1) == [5, 5, 9])
  }

  @Test func computedConditionsAreRefused() throws {
    var file = TestFile(input: [nil, 1])
    file.node(
      "If", ["image"], "out",
      attributes: [graph("then_branch", branch([], output: "image"))])
    #expect(
      try file.problems().map { "\($0.expected), not \($0.found)" } == [
        "a condition that is known when the file is read, not another"
      ])
  }

  @Test func branchesWithoutEndAreRefused() throws {
    var inner = branch([.make("Relu", ["image"], ["v0"])], output: "v0")
    for depth in 1...20 {
      inner = branch(
        [
          .make(
            "If", ["yes"], ["v\(depth)"],
            attributes: [graph("then_branch", inner), graph("else_branch", inner)])
        ], output: "v\(depth)")
      // Both branches of each would double the file.
      inner.node[0].attribute.removeLast()
    }
    var file = TestFile(input: [nil, 1])
    file.integers("yes", [1])
    file.node("If", ["yes"], "out", attributes: [graph("then_branch", inner)])
    #expect(
      try file.problems().map(\.expected).contains("at most 16 branches within each other"))
  }
}
