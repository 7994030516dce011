import SignetModel
import SignetReport
import Testing

@testable import signet

/// Names come from files of strangers: none may forge lines of a report or steer the terminal.
@Suite struct HostileNameTests {
  private let name = "conv\u{1b}[2J\r\nsignet: error: forged\u{202e}"

  private func expectHarmless(
    _ text: String, lines: Int, location: SourceLocation = #_sourceLocation
  ) {
    #expect(text == text.printableLines, sourceLocation: location)
    #expect(text.contains("\\u{1b}"), sourceLocation: location)
    #expect(
      text.split(separator: "\n", omittingEmptySubsequences: false).count == lines,
      sourceLocation: location)
  }

  private func model() throws -> Model {
    var builder = GraphBuilder(inputShape: .map(1, 1, 2))
    let flat = builder.append("flatten", .flatten, builder.input)
    let output = builder.append(name, .linear(Linear(inputs: 2, outputs: 2)), flat)
    return try Model(
      graph: builder.graph(output: output),
      weights: [
        "\(name).weight": Weight(shape: [2, 2], values: [1, 2, 3, 4]),
        "\(name).bias": Weight(shape: [2], values: [0, 0]),
      ],
      preprocessing: .fashionMNIST, labels: [name, "shoe"],
      provenance: Provenance(steps: [
        Provenance.Step(
          verb: name, data: name, seed: 1, options: [name: name], results: [name: 1])
      ]))
  }

  @Test func reports() throws {
    expectHarmless(
      InspectionReport(model: try model(), file: name, fileBytes: 1, floatBytes: 1).text, lines: 11)
    expectHarmless(
      PredictionReport(
        kind: .scores, shape: [2],
        images: [
          .init(file: name, outputs: [1, 2], kind: .scores, labels: [name, name], count: 2)
        ]
      ).text, lines: 3)
    let timing = LayerTiming(
      name: name, kernel: "k", outputShape: [1], milliseconds: 2, share: 1, multiplyAdds: 1,
      hertz: nil, floatMilliseconds: 1)
    expectHarmless(
      BenchmarkReport(
        model: name, engine: "runtime", threads: 1, batch: 1, milliseconds: [1],
        peakResidentBytes: 1, kernels: [], layers: [timing]
      ).text, lines: 12)
    expectHarmless(
      TrainingReport(output: name, steps: 1, loss: 1, top1: nil, seconds: 1, fileBytes: 1).text,
      lines: 2)
    expectHarmless(
      ExportReport(output: name, encoding: nil, keptLayers: "int8", fileBytes: 1, floatBytes: 1)
        .text,
      lines: 1)
    expectHarmless(
      ImportReport(output: name, layers: 1, parameters: 1, fileBytes: 1).text, lines: 1)
    let layer = LayerRecord(
      name: name, filters: 1, patchLength: 9, errorBefore: 0.2, errorAfter: 0.1, flips: 1)
    for columns in [120, 200] {
      expectHarmless(
        BinarizationReport.line(for: layer, index: 0, total: 1, columns: columns), lines: 1)
    }
    let line = ProgressLine(label: name, done: 1, total: 2, facts: [name])
    expectHarmless(line.plain, lines: 1)
    expectHarmless(line.bar(columns: 200), lines: 1)
  }
}
