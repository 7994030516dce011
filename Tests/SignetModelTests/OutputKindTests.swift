import Foundation
import SignetModel
import Testing

@Suite struct OutputKindTests {
  /// A layer of `outputs` and what follows it.
  private func model(
    outputs: Int, labels: [String] = [], declared: OutputKind? = nil,
    _ append: (inout GraphBuilder) -> String = { _ in "fc" }
  ) throws -> Model {
    var graph = GraphBuilder(inputShape: .map(1, 2, 2))
    graph.append("flatten", .flatten, graph.input)
    graph.append("fc", .linear(Linear(inputs: 4, outputs: outputs, hasBias: false)), "flatten")
    let output = append(&graph)
    return try Model(
      graph: graph.graph(output: output),
      weights: [
        "fc.weight": Weight(shape: [outputs, 4], values: [Float](repeating: 1, count: 4 * outputs))
      ],
      preprocessing: Preprocessing(channelOrder: .grey, mean: [0], std: [1]), labels: labels,
      outputKind: declared)
  }

  @Test func numbersInAVectorAreScoresAndOneIsAValue() throws {
    #expect(try model(outputs: 3).outputKind == .scores)
    #expect(try model(outputs: 1).outputKind == .values)
    #expect(try model(outputs: 3, declared: .values).outputKind == .values)
  }

  @Test func aSoftmaxAtTheEndMakesProbabilities() throws {
    let ending = try model(outputs: 3) { graph in
      graph.append("softmax", .softmax(axis: 0), "fc")
      return graph.append("out", .flatten, "softmax")
    }
    #expect(ending.outputKind == .probabilities)
    #expect(ending.graph.scoresBeforeSoftmax(of: ending.graph.outputs[0]) == "fc")
    let plain = try model(outputs: 3).graph
    #expect(plain.scoresBeforeSoftmax(of: plain.outputs[0]) == nil)
  }

  @Test func boundedOutputsAreValuesUnlessTheClassesHaveNames() throws {
    let bounded = { (graph: inout GraphBuilder) in
      graph.append("out", .activation(.sigmoid), "fc")
    }
    #expect(try model(outputs: 2, bounded).outputKind == .values)
    #expect(try model(outputs: 2, labels: ["a", "b"], bounded).outputKind == .scores)
  }

  @Test func placesMakeAMap() throws {
    let map = try model(outputs: 8) { $0.append("out", .reshape(.map(2, 2, 2)), "fc") }
    #expect(map.outputKind == .map)
    let boxes = try model(outputs: 8) { $0.append("out", .reshape(.map(4, 1, 2)), "fc") }
    #expect(boxes.outputKind == .values)
    let pixel = try model(outputs: 8) { $0.append("out", .reshape(.map(8, 1, 1)), "fc") }
    #expect(pixel.outputKind == .scores)
  }

  @Test func theFileKeepsWhatSomebodySaid() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("kind-\(UUID().uuidString).signet")
    defer { try? FileManager.default.removeItem(at: file) }
    for declared in [OutputKind.values, nil] {
      let model = try model(outputs: 3, declared: declared)
      try model.write(to: file)
      #expect(try Model(contentsOf: file) == model)
    }
  }
}
