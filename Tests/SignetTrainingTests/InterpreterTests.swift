import SignetModel
import Testing
import Torch

@testable import SignetTraining

/// One interpreter runs graphs for everything: any steps, any wanted values, any kind of value.
@Suite struct InterpreterTests {
  /// input → a → b → sum(b, a) → output, and a side branch that the output does not need.
  private func graph() throws -> Graph {
    var g = GraphBuilder(inputShape: .map(2, 2, 2))
    g.append("a", .relu, g.input)
    g.append("side", .relu, "a")
    g.append("b", .activation(.sigmoid), "a")
    g.append("sum", .add, "b", "a")
    g.append("output", .relu, "sum")
    return try g.graph(output: "output")
  }

  private func values(_ graph: Graph, _ names: String...) throws -> [ValueID] {
    try names.map { try #require(graph.value(named: $0)) }
  }

  @Test func onlyWhatIsWantedIsRunAndFreedAfterItsLastReader() throws {
    let graph = try graph()
    let plan = ExecutionPlan(graph)
    let interpreter = Interpreter(plan: plan)
    #expect(plan.steps.map(interpreter.name) == ["a", "b", "sum", "output"])
    #expect(plan.sources == Set(graph.inputValues))
    let freed = plan.steps.map { Set($0.freed) }
    #expect(freed[0] == Set(try values(graph, Graph.inputName)))
    #expect(freed[1].isEmpty)
    #expect(freed[2] == Set(try values(graph, "a", "b")))
    #expect(freed[3] == Set(try values(graph, "sum")))
    // Sizes: 8 elements each; before `sum` both a and b are there.
    #expect(plan.heldElements == [8, 8, 16, 8])
  }

  @Test func whatIsGivenIsNotRunAgainAndWhatIsWantedStays() throws {
    let graph = try graph()
    let given = Set(try values(graph, "a"))
    let wanted = try values(graph, "side", "b")
    let plan = ExecutionPlan(graph, wanted: wanted, given: given)
    #expect(plan.steps.map { graph.nodes[$0.node].name } == ["side", "b"])
    #expect(plan.sources == given)
    var table = Dictionary(uniqueKeysWithValues: given.map { ($0, ["a"]) })
    try Interpreter(plan: plan).run(over: &table) { (_, step, inputs) throws(TrainingError) in
      inputs.flatMap(\.self) + [graph.nodes[step.node].name]
    }
    #expect(table == [wanted[0]: ["a", "side"], wanted[1]: ["a", "b"]])
    // A value that is there already needs no step at all.
    let idle = ExecutionPlan(graph, wanted: Array(given), given: given)
    #expect(idle.steps.isEmpty && idle.sources == given)
  }

  @Test func someStepsGoOnWhereOthersStopped() throws {
    let graph = try graph()
    let interpreter = Interpreter(plan: ExecutionPlan(graph))
    var table = Dictionary(uniqueKeysWithValues: graph.inputValues.map { ($0, 1.0) })
    var seen: [Int] = []
    let evaluate: (Int, ExecutionPlan.Step, [Double]) throws(TrainingError) -> Double = {
      (index, _, inputs) in
      seen.append(index)
      return 10 * inputs.reduce(0, +)
    }
    try interpreter.run(0..<2, over: &table, evaluate: evaluate)
    #expect(Set(table.keys) == Set(try values(graph, "a", "b")))
    try interpreter.run(2..<4, over: &table, evaluate: evaluate)
    #expect(seen == [0, 1, 2, 3])
    #expect(table == [try values(graph, "output")[0]: 10 * 10 * (10 + 100)])
  }

  @Test func aMissingValueIsNamedByItsReader() throws {
    let graph = try graph()
    var table: [ValueID: Int] = [:]
    #expect {
      try Interpreter(plan: ExecutionPlan(graph)).run(over: &table) {
        (_, _, _) throws(TrainingError) in 0
      }
    } throws: { error in
      guard case .missing(_, "node 'a'") = error as? TrainingError else { return false }
      return true
    }
  }

  @Test func whatLibtorchRefusesIsNamedByItsNode() throws {
    let model = try Tiny.model()
    let interpreter = Interpreter(plan: ExecutionPlan(model.graph))
    var table = Dictionary(
      uniqueKeysWithValues: try model.graph.inputValues.map {
        ($0, try Tensor.zeros([1, 3, 8, 8]))
      })
    #expect {
      try interpreter.run(over: &table) { (_, step, inputs) throws(TrainingError) in
        try interpreter.apply(step, to: inputs) { _ in [:] }
      }
    } throws: { error in
      guard case .node("conv1", _) = error as? TrainingError else { return false }
      return true
    }
  }
}
