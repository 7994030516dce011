import Foundation
import SignetModel
import SignetRuntime
import Testing

/// Networks with several inputs and outputs, and with open extents.
@Suite struct NamedTensorTests {
  /// `sum` is left + right, `larger` the larger of both, `flat` the sum as a list.
  private func model() throws -> Model {
    var builder = GraphBuilder(inputs: [
      GraphInput(name: "left", shape: Shape([2, 3])),
      GraphInput(name: "right", shape: Shape([2, 3])),
    ])
    builder.append("a", .add, "left", "right")
    builder.append("b", .binary(.maximum), "left", "right")
    builder.append("c", .reshape(.vector(6)), "a")
    let graph = try builder.graph(outputs: [
      GraphOutput(name: "sum", value: "a"), GraphOutput(name: "larger", value: "b"),
      GraphOutput(name: "flat", value: "c"),
    ])
    return try Model(graph: graph, weights: [:], preprocessing: .none)
  }

  private func tensor(_ extents: [Int], _ values: [Float]) throws -> DenseTensor {
    try #require(DenseTensor(extents: extents, values: values))
  }

  @Test func namesGoInAndOut() throws {
    let engine = try Engine(model: model(), options: .init(maximumBatch: 2))
    let left = try tensor([3, 2, 3], (0..<18).map(Float.init))
    let right = try tensor([3, 2, 3], [Float](repeating: 8, count: 18))
    let outputs = try engine.run(["left": left, "right": right])
    #expect(outputs["sum"] == (try tensor([3, 2, 3], (8..<26).map(Float.init))))
    #expect(outputs["larger"]?.values == (0..<18).map { Float(max($0, 8)) })
    #expect(outputs["flat"]?.extents == [3, 6])
    #expect(outputs["flat"]?.values == outputs["sum"]?.values)
  }

  @Test func measuredRunsGiveTheSame() throws {
    let engine = try Engine(model: model(), options: .init(maximumBatch: 2))
    let inputs = [
      "left": try tensor([3, 2, 3], (0..<18).map(Float.init)),
      "right": try tensor([3, 2, 3], [Float](repeating: 8, count: 18)),
    ]
    let measured = try engine.measuredRun(inputs)
    #expect(measured.outputs == (try engine.run(inputs)))
    #expect(measured.seconds.count == engine.plan.steps.count)
    #expect(measured.seconds.contains { $0 > 0 })
    #expect(throws: EngineError.missingInput(name: "left")) { try engine.measuredRun([:]) }
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let engine = try Engine(model: model())
    let right = try tensor([1, 2, 3], [Float](repeating: 0, count: 6))
    func reason(_ inputs: [String: DenseTensor]) -> String {
      do {
        _ = try engine.run(inputs)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(reason(["right": right]) == "input 'left': expected a tensor, found none")
    #expect(
      reason(["lefd": right, "right": right])
        == "the network has no input 'lefd'; did you mean 'left'? (it takes 'left', 'right')")
    let wide = try tensor([1, 2, 4], [Float](repeating: 0, count: 8))
    #expect(
      reason(["left": wide, "right": right])
        == "input 'left': expected extents of N×2×3, found 1×2×4")
    let two = try tensor([2, 2, 3], [Float](repeating: 0, count: 12))
    #expect(
      reason(["left": two, "right": right])
        == "input 'right': expected extents of 2×2×3, found 1×2×3")
    #expect(throws: EngineError.missingInput(name: "right")) {
      try engine.run([Float](repeating: 0, count: 6))
    }
  }

  @Test func aFileKeepsThem() throws {
    let model = try model()
    let back = try Model(fileData: Data(model.fileBytes()), path: "model")
    #expect(back == model)
  }

  /// Doubles a map's extents, then halves the rows again by a slice that follows them.
  private func openModel() throws -> Model {
    let samples = try [(8, 6), (12, 10), (10, 14)].map { height, width in
      var builder = GraphBuilder(inputs: [
        GraphInput(name: "image", shape: .map(1, height, width))
      ])
      builder.append(
        "double",
        .resize(
          Resize(
            mode: .nearest, coordinates: .asymmetric, rounding: .floor,
            height: .init(size: 2 * height, scale: 2), width: .init(size: 2 * width, scale: 2))),
        "image")
      builder.append(
        "half",
        .slice(
          StridedSlice(
            channels: .init(end: 1), height: .init(end: height), width: .init(end: 2 * width))),
        "double")
      builder.append("list", .reshape(Shape([height * width * 2, 1])), "half")
      return try builder.graph(outputs: [GraphOutput(name: "out", value: "list")])
    }
    let graph = try Graph.joining(samples, openAxes: [[1, 2]], samePadding: [:]).get()
    return try Model(graph: graph, weights: [:], preprocessing: .none)
  }

  @Test func openExtentsAreChosenByARun() throws {
    let model = try Model(fileData: Data(openModel().fileBytes()), path: "model")
    let engine = try Engine(model: model)
    #expect(engine.planCount == 1)
    for (height, width) in [(5, 3), (2, 7), (5, 3), (8, 6), (2, 7)] {
      let values = (0..<height * width).map(Float.init)
      let out = try #require(
        try engine.run(["image": try tensor([1, 1, height, width], values)])["out"])
      #expect(out.extents == [1, height * width * 2, 1])
      let expected = (0..<height * width * 2).map { place in
        values[place / (2 * width) / 2 * width + place % (2 * width) / 2]
      }
      #expect(out.values == expected)
    }
    // 8 × 6 when it was made, then 5 × 3 and 2 × 7 once each.
    #expect(engine.planCount == 3)
    #expect(throws: EngineError.inputExtents(name: "image", expected: "N×1×?×?", found: "1×2×4×4"))
    {
      try engine.run(["image": try tensor([1, 2, 4, 4], [Float](repeating: 0, count: 32))])
    }
  }
}
