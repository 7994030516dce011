import Testing
import ThrownErrors

@testable import SignetModel

@Suite struct ModelValidationTests {
  private func defects(_ change: (inout [String: Weight]) throws -> Void) throws
    -> [ModelError.TensorDefect]
  {
    let model = try Fixture.model()
    var weights = model.weights
    try change(&weights)
    do throws(ModelError) {
      _ = try model.with(weights: weights)
      return []
    } catch .tensors(let defects) {
      return defects
    }
  }

  @Test func tensors() throws {
    #expect(
      try defects { $0["bn.bias"] = nil } == [
        .missing(name: "bn.bias", shape: [2], suggestion: nil)
      ])
    let renamed = try defects {
      $0["conw.weight"] = $0["conv.weight"]
      $0["conv.weight"] = nil
    }
    #expect(
      renamed == [
        .missing(name: "conv.weight", shape: [2, 3, 3, 3], suggestion: "conw.weight"),
        .unexpected(name: "conw.weight", suggestion: "conv.weight"),
      ])
    #expect(
      try defects { $0["fc.bias"] = try Weight(shape: [1], values: [0]) } == [
        .shape(name: "fc.bias", expected: [3], found: [1])
      ])
    #expect(
      try defects {
        let codes = try Fixture.binaryCodes(1, filters: 3, patchLength: 1)
        $0["fc.bias"] = try Weight(shape: [3], storage: .binary(codes))
      } == [.binary(name: "fc.bias")])
  }

  @Test func labels() throws {
    let model = try Fixture.model()
    #expect(throws: ModelError.labels(expected: 3, found: 2)) {
      try model.with(labels: ["a", "b"])
    }
    #expect(try model.with(labels: []).labels.isEmpty)
  }

  /// A map's channels and the columns of a detector's rows are classes, too.
  @Test func labelsOfMapsAndDetectors() throws {
    for (shape, allowed, refused) in [
      (Shape.map(21, 6, 8), 21, 22), (Shape([126, 6]), 1, 3), (Shape([20, 3]), 2, 4),
      (Shape([84, 126]), 80, 90),
    ] {
      var builder = GraphBuilder(inputShape: .map(3, 4, 4))
      builder.append("out", .constant(shape), builder.input)
      let zeros = [Float](repeating: 0, count: shape.elementCount)
      let model = try Model(
        graph: builder.graph(output: "out"),
        weights: ["out.weight": Weight(shape: shape.extents, values: zeros)],
        preprocessing: .unit)
      let names = (0..<refused).map { "\($0)" }
      #expect(try model.with(labels: Array(names.prefix(allowed))).labels.count == allowed)
      #expect(throws: ModelError.labels(expected: shape.elementCount, found: refused)) {
        try model.with(labels: names)
      }
    }
  }

  @Test func preprocessing() throws {
    let model = try Fixture.model()
    var wrong: [Preprocessing] = [.fashionMNIST]
    wrong.append(Preprocessing(mean: [0, 0], std: [1, 1, 1]))
    wrong.append(Preprocessing(mean: [0, 0, 0], std: [1, 1, 0]))
    wrong.append(Preprocessing(mean: [0, .nan, 0], std: [1, 1, 1]))
    wrong.append(Preprocessing(scale: .infinity, mean: [0, 0, 0], std: [1, 1, 1]))
    wrong.append(Preprocessing(resizeShorterSide: 0, mean: [0, 0, 0], std: [1, 1, 1]))
    var texts: [String] = []
    for preprocessing in wrong {
      texts.append(thrown(ModelError.self) { try model.with(preprocessing: preprocessing) })
    }
    #expect(
      texts == [
        "preprocessing: channel order grey has 1 channels, the input 3",
        "preprocessing: expected 3 means and deviations, found 2 and 3",
        "preprocessing: means, deviations and scale must be finite, deviations above 0",
        "preprocessing: means, deviations and scale must be finite, deviations above 0",
        "preprocessing: means, deviations and scale must be finite, deviations above 0",
        "preprocessing: expected a shorter side of 1 to 65536 pixels, found 0",
      ])
    #expect(try model.with(preprocessing: .imagenet).preprocessing == .imagenet)
  }

  @Test func suggestions() {
    let names = ["layer1.0.conv1", "layer1.0.conv2", "fc"]
    #expect(closestName(to: "layer1.0.conv3", among: names) == "layer1.0.conv1")
    #expect(closestName(to: "layer1.0.cnov2", among: names) == "layer1.0.conv2")
    #expect(closestName(to: "fd", among: names) == "fc")
    #expect(closestName(to: "classifier", among: names) == nil)
    #expect(closestName(to: "fc", among: ["fc"]) == nil)
    #expect(closestName(to: "größe", among: ["grösse", "größer"]) == "größer")
  }
}
