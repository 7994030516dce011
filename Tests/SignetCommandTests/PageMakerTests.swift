import SignetData
import SignetModel
import SignetReport
import Testing

@testable import signet

/// What is measured for a page, of networks of every kind.
@Suite struct PageMakerTests {
  /// Grey images of 8 × 8 whose brightness follows their number.
  private struct Greys: ImageDataset {
    var isLabelled = true
    let count = 9
    let name = "greys"
    let classNames = ["dark", "bright"]
    var labels: [Int] { (0..<count).map { isLabelled ? $0 / 5 : 0 } }

    func pixels(
      at index: Int, shape: Shape, preprocessing: Preprocessing
    ) throws(DataError) -> [UInt8] {
      (0..<shape.elementCount).map { UInt8((index * 28 + $0) % 256) }
    }
  }

  private static func convolution(_ weights: [Float]) throws -> (Graph, Weight) {
    var builder = GraphBuilder(inputShape: .map(1, 8, 8))
    let map = builder.append(
      "conv",
      .convolution(
        Convolution(
          inputChannels: 1, outputChannels: 1, kernel: Size2D(3), padding: Padding2D(1),
          hasBias: false)), builder.input)
    return (try builder.graph(output: map), try Weight(shape: [1, 1, 3, 3], values: weights))
  }

  private func mapModel(isBinary: Bool) throws -> Model {
    let (graph, weight) = try Self.convolution([1, -2, 3, -4, 5, -6, 7, -8, 9])
    let codes = try Weight(
      shape: weight.shape, storage: .binary(BinaryCodes(signsOf: weight)))
    return try Model(
      graph: graph, weights: ["conv.weight": isBinary ? codes : weight],
      preprocessing: .fashionMNIST, outputKind: .map)
  }

  private func classifier(isBinary: Bool) throws -> Model {
    var builder = GraphBuilder(inputShape: .map(1, 8, 8))
    let flat = builder.append("flat", .flatten, builder.input)
    let scores = builder.append(
      "fc", .linear(Linear(inputs: 64, outputs: 2, hasBias: false)), flat)
    let weight = try Weight(
      shape: [2, 64], values: (0..<128).map { Float($0 < 64 ? -1 : 1) * (0.5 + Float($0 % 3)) })
    return try Model(
      graph: builder.graph(output: scores),
      weights: [
        "fc.weight": isBinary
          ? Weight(shape: weight.shape, storage: .binary(BinaryCodes(signsOf: weight))) : weight
      ], preprocessing: .fashionMNIST)
  }

  private func maker(
    _ subject: Model, float: Model?, data: Greys? = Greys(), seconds: Double = 0
  ) -> PageMaker {
    PageMaker(
      subject: .init(name: "one", model: subject),
      float: float.map { .init(name: "float", model: $0) },
      dataset: data, seconds: seconds, workers: 1)
  }

  @Test func mapsAreDrawnBesideFloat() throws {
    let float = try mapModel(isBinary: false)
    let report = try maker(mapModel(isBinary: true), float: float).report()
    #expect(report.maps.count == 6)
    let example = try #require(report.maps.first)
    #expect(example.input?.width == 8 && example.difference != nil && example.float != nil)
    #expect(example.relativeError ?? 0 > 0.001)
    #expect(report.fidelity.map(\.name) == ["conv"])
    #expect(report.deviations.map(\.name) == ["conv"])
    #expect(report.classification == nil)
    let same = try maker(float, float: float).report()
    #expect(same.maps.allSatisfy { $0.relativeError == 0 })
    #expect(try maker(float, float: nil).report().maps.count == 6)
  }

  @Test func classesAreHeldAgainstLabelsAndFloat() throws {
    let float = try classifier(isBinary: false)
    let report = try maker(classifier(isBinary: true), float: float).report()
    let accuracy = try #require(report.subject.accuracy)
    let classification = try #require(report.classification)
    #expect(abs(accuracy - classification.accuracy) < 1e-9)
    #expect(classification.images == 9)
    #expect(report.float?.accuracy != nil && report.subject.agreement != nil)
    #expect(report.classNames == ["dark", "bright"])
    #expect(report.misses.count == classification.misses.count)
    #expect(report.misses.allSatisfy { $0.picture != nil })
  }

  @Test func withoutLabelsTheFloatNetworkIsRight() throws {
    let float = try classifier(isBinary: false)
    let data = Greys(isLabelled: false)
    let report = try maker(classifier(isBinary: true), float: float, data: data).report()
    #expect(report.subject.accuracy == nil)
    #expect(report.subject.agreement == report.classification?.accuracy)
    #expect(report.data?.isLabelled == false)
    let alone = try maker(classifier(isBinary: true), float: nil, data: data).report()
    #expect(alone.classification == nil)
    var unsure = maker(try classifier(isBinary: true), float: float)
    unsure.usesLabels = false
    #expect(try unsure.report().subject.accuracy == nil)
  }

  @Test func timesAreMeasuredBesideTheSameNetworkInFloat() throws {
    let report = try maker(
      classifier(isBinary: true), float: nil, data: nil, seconds: 0.01
    ).report()
    #expect(report.subject.milliseconds ?? 0 > 0)
    #expect(report.twinMilliseconds ?? 0 > 0)
    #expect(report.times.contains { $0.name == "fc" || $0.name == "flat" })
    let float = try maker(classifier(isBinary: false), float: nil, data: nil, seconds: 0.01)
      .report()
    #expect(float.twinMilliseconds == nil)
  }

  @Test func timesOfNetworksWithSeveralInputsAreMeasured() throws {
    var builder = GraphBuilder(inputs: [
      GraphInput(name: "a", shape: Shape([3])), GraphInput(name: "b", shape: Shape([3])),
    ])
    let sum = builder.append("sum", .add, "a", "b")
    let model = try Model(
      graph: builder.graph(output: sum), weights: [:], preprocessing: .none)
    let report = try maker(model, float: nil, data: nil, seconds: 0.01).report()
    #expect(report.subject.milliseconds ?? 0 > 0)
    #expect(report.times.contains { $0.name == "sum" })
  }

  @Test func networksOfOtherInputsAreRefused() throws {
    var builder = GraphBuilder(inputShape: .map(1, 4, 4))
    let output = builder.append("relu", .relu, builder.input)
    let other = try Model(
      graph: builder.graph(output: output), weights: [:], preprocessing: .fashionMNIST)
    let error = try #require(throws: CommandError.self) {
      try maker(mapModel(isBinary: true), float: other).report()
    }
    #expect(
      "\(error)"
        == "float: --against: expected inputs of 1×8×8, as the model's, found 1×4×4; give the "
        + "network that the model was made of")
    #expect(!other.hasLayers(of: try mapModel(isBinary: true)))
    #expect(try mapModel(isBinary: false).hasLayers(of: mapModel(isBinary: true)))
  }
}
