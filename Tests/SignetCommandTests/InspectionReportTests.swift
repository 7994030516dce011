import SignetModel
import SignetReport
import Testing

@testable import signet

@Suite struct InspectionReportTests {
  /// 1×4×4 → convolution of 2 binary 1×3×3 filters → flatten → linear 8 → 2.
  private func model() throws -> Model {
    var builder = GraphBuilder(inputShape: .map(1, 4, 4))
    let conv = builder.append(
      "conv1",
      .convolution(
        Convolution(inputChannels: 1, outputChannels: 2, kernel: Size2D(3), hasBias: false)),
      builder.input)
    let flat = builder.append("flatten", .flatten, conv)
    let output = builder.append("fc", .linear(Linear(inputs: 8, outputs: 2)), flat)
    let signs = [Int8](repeating: 1, count: 18)
    let codes = try BinaryCodes(
      signs: signs, scales: [0.5, 0.25], codeCount: 1, filterCount: 2, patchLength: 9)
    return try Model(
      graph: builder.graph(output: output),
      weights: [
        "conv1.weight": Weight(shape: [2, 1, 3, 3], storage: .binary(codes)),
        "fc.weight": Weight(shape: [2, 8], values: [Float](repeating: 0, count: 16)),
        "fc.bias": Weight(shape: [2], values: [0, 0]),
      ],
      preprocessing: .fashionMNIST, labels: ["shirt", "shoe"],
      provenance: Provenance(steps: [
        Provenance.Step(verb: "train", data: "fashion-mnist", seed: 1, results: ["top1": 92.5]),
        Provenance.Step(
          verb: "binarize", data: "fashion-mnist", seed: 1, options: ["method": "bwnh"],
          layers: [
            LayerRecord(
              name: "conv1", filters: 2, patchLength: 9, errorBefore: 0.25, errorAfter: 0.125,
              flips: 3, seconds: 0.1)
          ]),
      ]))
  }

  @Test func countsWeightsByKind() throws {
    let report = InspectionReport(
      model: try model(), file: "m.signet", fileBytes: 300, floatBytes: 144)
    #expect(report.binaryWeights == 18)
    #expect(report.floatWeights == 18)
    #expect(report.layers.map(\.bits) == [1, 32])
    #expect(report.layers.map(\.bytes) == [2 * 2 + 2 * 4, 18 * 4])
    #expect(report.layers.map(\.errorAfter) == [0.125, nil])
  }

  @Test func countsEightBitWeights() throws {
    let compact = try model().compacted()
    let report = InspectionReport(model: compact, file: "m", fileBytes: 300, floatBytes: 144)
    #expect(report.binaryWeights == 18)
    #expect(report.int8Weights == 16)
    #expect(report.floatWeights == 2)
    #expect(report.layers.map(\.bits) == [1, 8])
    // Scales and the bias take two bytes each.
    #expect(report.layers.map(\.bytes) == [2 * 2 + 2 * 2, 16 + 2 * 2 + 2 * 2])
    #expect(report.text.contains("weights  18 binary, 16 8-bit, 2 float"))
  }

  @Test func text() throws {
    let report = InspectionReport(
      model: try model(), file: "m.signet", fileBytes: 300, floatBytes: 600)
    #expect(
      report.text == """
        file     m.signet, 300 bytes
        float32  600 bytes, 2.00× the file
        weights  18 binary, 18 float
        input    1×4×4, grey, scale 0.003921569, mean 0.286, std 0.353
        classes  2: shirt, shoe

        layer  operation    output   weight  bits     bytes  error before   after
        ─────  ───────────  ──────  ───────  ────  ────────  ────────────  ──────
        conv1  convolution   2×2×2  2×1×3×3     1  12 bytes        0.2500  0.1250
        fc     linear            2      2×8    32  72 bytes             –       –

        1. train  data fashion-mnist  seed 1  top1 = 92.5
        2. binarize  data fashion-mnist  seed 1  method bwnh
        """)
  }

  @Test func errorsOfCodesThatWereTrainedSinceAreNotShown() throws {
    var binary = try model()
    for (kept, holds) in [("start", true), ("step 5", false)] {
      let tuned = Provenance.Step(verb: "finetune", seed: 2, options: ["kept": kept])
      let report = InspectionReport(
        model: try binary.with(provenance: model().provenance.adding(tuned)), file: "m.signet",
        fileBytes: 300, floatBytes: 144)
      #expect(report.layers[0].errorAfter == (holds ? 0.125 : nil))
      #expect(report.layers[0].errorBefore == (holds ? 0.25 : nil))
      #expect(report.text.contains("error before") == holds)
      #expect(report.text.contains("measured at step 2 below, and step 3 changed") == !holds)
    }
    // Hashed anew, they hold again.
    let steps = try model().provenance.steps
    binary = try binary.with(
      provenance: Provenance(steps: [Provenance.Step(verb: "finetune")] + steps))
    let report = InspectionReport(model: binary, file: "m", fileBytes: 1, floatBytes: 1)
    #expect(report.layers[0].errorAfter == 0.125)
  }

  @Test(arguments: [60, 80]) func linesFitTheTerminal(columns: Int) throws {
    let options = [
      "binaryKeep": "first,last", "straightThrough": "identity gradient, learned scale",
    ]
    let step = Provenance.Step(verb: "finetune", data: "CIFAR-10", seed: 1, options: options)
    let report = InspectionReport(
      model: try model().with(provenance: model().provenance.adding(step)), file: "m.signet",
      fileBytes: 300, floatBytes: 144)
    let lines = report.text(columns: columns).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= columns })
    let words = report.text(columns: columns).split(whereSeparator: \.isWhitespace)
    #expect(words.joined(separator: " ").contains("straight through identity gradient, learned"))
    #expect(words.contains("conv1") && words.contains("fc"))
  }
}
