import Foundation
import NetworkOracle
import SignetModel
import Testing

@testable import SignetCoreML

/// What a program computes, run with plain numpy, is what the graph's definition says.
@Suite(.enabled(if: CoreMLTools.isAvailable, "coremltools is not in .deps/python"))
struct ProgramTests {
  /// Share of the outputs' root mean square that weights in half precision may make of them.
  private static let tolerance = 4e-3

  @Test func operationsComputeWhatTheyShould() throws {
    let graphs = try [Graph.everyOperation()] + Graph.gridOperations()
    try check(
      graphs.filter { !$0.readsMapsCubically }.enumerated().map {
        ("graph\($0)", try .random($1))
      })
  }

  @Test func singlePrecisionIsExacter() throws {
    try check(
      [
        ("float", .random(.residualNetwork())),
        ("codes", .random(.residualNetwork(), codes: CodeVariety(.mixed, constants: true))),
        ("int8", .random(.residualNetwork(), weights: .int8)),
      ], precision: .float32, tolerance: 1e-5)
  }

  @Test(arguments: CodeVariety.all) func codesArePalettes(_ variety: CodeVariety) throws {
    try check([("codes", .random(Graph.residualNetwork(), codes: variety))])
  }

  @Test func eightBitWeightsAreScaled() throws {
    try check([("int8", .random(Graph.residualNetwork(), weights: .int8))])
  }

  @Test func packedWeightsAreTheModels() throws {
    let model = try Model.random(
      Graph.residualNetwork(), codes: CodeVariety(.mixed, constants: true))
    let input = [Float](repeating: 0, count: model.graph.inputShape.elementCount)
    let result = try #require(CoreMLTools.results(of: [("model", model, input)])["model"])
    let expected = model.graph.layers.flatMap { model.weight(.weight, of: $0)?.floats ?? [] }
    #expect(result.weights.count == expected.count)
    for (found, right) in zip(result.weights, expected) {
      #expect(abs(found - right) <= abs(right) * 0x1p-11 + 0x1p-25)
    }
  }

  @Test func imagesAreNormalized() throws {
    let preprocessing = Preprocessing.imagenet
    let model = try Model.random(Graph.residualNetwork()).with(preprocessing: preprocessing)
    let shape = model.graph.inputShape
    var random = RandomNumbers(seed: 7)
    let pixels = random.floats(shape.elementCount, in: 0...255).map { $0.rounded() }
    let area = shape.height * shape.width
    let normalized = pixels.enumerated().map { index, byte in
      (byte * preprocessing.scale - preprocessing.mean[index / area])
        / preprocessing.std[index / area]
    }
    let result = try #require(
      CoreMLTools.results(of: [("model", model, pixels)], exporter: CoreMLExporter())["model"])
    expect(result.outputs, near: Interpreter(model: model).run(normalized).numbers, "image")
  }

  private func check(
    _ models: [(name: String, model: Model)], precision: CoreMLExporter.Precision = .float16,
    tolerance: Double = tolerance
  ) throws {
    var random = RandomNumbers(seed: 3)
    var written: [(name: String, model: Model, input: [Float])] = []
    for (name, model) in models {
      let input = random.floats(model.graph.inputShape.elementCount, in: -1...1)
      written.append((name, model, input))
    }
    let results = try CoreMLTools.results(
      of: written, exporter: CoreMLExporter(inputs: .arrays, precision: precision))
    for (name, model, input) in written {
      let values = Interpreter(model: model).values(input)
      let expected = model.graph.outputs.flatMap { values[$0.value]?.numbers ?? [] }
      expect(
        try #require(results[name]).outputs, near: expected, "\(name): \(model.graph.nodes)",
        tolerance)
    }
  }

  private func expect(
    _ found: [Float], near expected: [Double], _ comment: String, _ tolerance: Double = tolerance
  ) {
    #expect(found.count == expected.count, "\(comment)")
    let squares = zip(found, expected).map { (Double($0) - $1) * (Double($0) - $1) }
    let size = expected.map { $0 * $0 }.reduce(0, +)
    #expect(
      (squares.reduce(0, +) / max(size, 1e-12)).squareRoot() <= tolerance, "\(comment)")
  }
}

extension Graph {
  /// What Core ML has no operation for.
  fileprivate var readsMapsCubically: Bool {
    nodes.contains { node in
      if case .gridSample(let sample) = node.operation { sample.mode == .cubic } else { false }
    }
  }
}
