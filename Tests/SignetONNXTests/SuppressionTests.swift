import SignetModel
import SignetRuntime
import Testing
import ThrownErrors

@testable import SignetONNX

/// Detectors whose end keeps as many boxes as an image has.
@Suite struct SuppressionTests {
  /// Six boxes of two classes, suppressed, and gathered with one more value of each.
  private func detector(masks: Bool = false) -> TestFile {
    var file = TestFile(input: [nil, 6, 7])
    file.integers("parts", [4, 2, 1])
    file.node(
      "Split", ["image", "parts"], "corners", "both", "mask", attributes: [.integer("axis", 2)])
    file.node("Relu", ["corners"], "/head/Relu_output_0")
    file.node("Transpose", ["both"], "by_class", attributes: [.integers("perm", [0, 2, 1])])
    file.integers("most", [10])
    file.floats("overlap", [1], [0.5])
    file.node(
      "NonMaxSuppression", ["/head/Relu_output_0", "by_class", "most", "overlap"], "chosen")
    file.integers("last", [2], dims: [])
    file.node("Gather", ["chosen", "last"], "places", attributes: [.integer("axis", 1)])
    file.node(
      "Gather", [masks ? "mask" : "/head/Relu_output_0", "places"], "out",
      attributes: [.integer("axis", 1)])
    return file
  }

  private func read(_ file: TestFile, _ options: ONNXImporter.Options = .init()) throws
    -> ImportedModel
  {
    try ONNXImporter(options: options).read(file.data(), file: .init(fileURLWithPath: "/t/d.onnx"))
  }

  @Test func boxesAndScoresBecomeTheOutputs() throws {
    let imported = try read(detector())
    #expect(
      imported.cutEnd == CutEnd(operators: ["NonMaxSuppression"], outputs: ["boxes", "scores"]))
    let step = try #require(imported.model.provenance.steps.last)
    #expect(step.options["cutOff"] == "NonMaxSuppression")
    let image = numbers(42)
    let tensor = try #require(DenseTensor(extents: [1, 6, 1, 7], values: image))
    let engine = try Engine(model: imported.model, options: .init(isExact: true))
    let found = try engine.run(["image": tensor])
    #expect(found["boxes"]?.extents == [1, 6, 4])
    #expect(found["scores"]?.extents == [1, 2, 6])
    let rows = (0..<6).map { Array(image[$0 * 7..<($0 + 1) * 7]) }
    #expect(found["boxes"]?.values == rows.flatMap { $0[..<4].map { max($0, 0) } })
    #expect(found["scores"]?.values == [4, 5].flatMap { place in rows.map { $0[place] } })
  }

  /// What follows from neither boxes nor scores would be lost.
  @Test func otherValuesThatWentInAreKept() throws {
    #expect(try read(detector(masks: true)).cutEnd?.outputs == ["boxes", "scores", "mask"])
  }

  /// Boxes of a low score are left out first: what they were left out of becomes the outputs.
  @Test func whatPicksBeforeItIsCutOffToo() throws {
    var file = TestFile(input: [1, 6, 5])
    file.integers("parts", [4, 1])
    file.node("Split", ["image", "parts"], "corners", "score", attributes: [.integer("axis", 2)])
    file.floats("threshold", [], [0.25])
    file.node("Greater", ["score", "threshold"], "likely")
    file.node("NonZero", ["likely"], "places")
    file.node("Transpose", ["places"], "tuples")
    file.node("GatherND", ["score", "tuples"], "few")
    file.node("GatherND", ["corners", "tuples"], "their")
    file.integers("most", [10])
    file.node("NonMaxSuppression", ["their", "few", "most"], "out")
    #expect(
      try read(file).cutEnd
        == CutEnd(operators: ["NonMaxSuppression"], outputs: ["score", "corners"]))
  }

  @Test func outputsThatDoNotDependOnItStay() throws {
    var file = detector()
    file.node("Relu", ["both"], "positive")
    file.proto.graph.output.append(file.proto.graph.output[0])
    file.proto.graph.output[1].name = "positive"
    #expect(try read(file).cutEnd?.outputs == ["positive", "boxes", "scores"])
    let alone = try read(file, .init(output: "positive"))
    #expect(alone.cutEnd == nil)
    #expect(alone.model.graph.outputs.map(\.name) == ["positive"])
    let boxes = try read(file, .init(output: "boxes"))
    #expect(boxes.model.graph.outputs.map(\.name) == ["boxes"])
  }

  @Test func aNameThatIsTakenIsNotGivenTwice() throws {
    var file = detector()
    file.proto.graph.node[0].output[2] = "boxes"
    #expect(try read(file).cutEnd?.outputs == ["boxes2", "scores"])
  }

  @Test func itIsRefusedWhereAsked() throws {
    let text = thrown(ONNXError.self) { try read(detector(), .init(takesWhole: true)) }
    #expect(
      text == """
        d.onnx: cannot be taken: output 'out': expected fixed extents: without --whole the network \
        ends before NonMaxSuppression, with 'boxes' and 'scores', found as many boxes as an image has
        """)
  }

  /// What cannot be taken before the end is still said.
  @Test func whatElseIsWrongIsSaid() throws {
    var file = detector()
    file.proto.graph.node[1].opType = "Det"
    #expect(
      thrown(ONNXError.self) { try read(file) }
        == "d.onnx: cannot be taken: Det is not taken; replace it by other operators before the "
        + "export (1 node: 'node_/head/Relu_output_0'); signet import --operators lists what is taken"
    )
  }
}
