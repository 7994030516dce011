import Foundation
import SignetData
import SignetModel
import Testing

@testable import SignetReport

@Suite struct PageTests {
  private func text(_ report: NetworkReport) -> String {
    String(decoding: report.html, as: UTF8.self)
  }

  /// `SIGNET_UPDATE_SNAPSHOTS=1 swift test --filter PageTests` writes it anew after a deliberate
  /// change.
  @Test func aSmallPageIsAsRecorded() throws {
    let page = text(PageSupport.report(try PageSupport.model()))
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/page.html")
    if ProcessInfo.processInfo.environment["SIGNET_UPDATE_SNAPSHOTS"] != nil {
      try Data(page.utf8).write(to: file)
    }
    #expect(page == (try String(contentsOf: file, encoding: .utf8)))
  }

  @Test func aStrangerFindsWhatMattersAtTheTop() throws {
    let report = PageSupport.report(try PageSupport.model())
    #expect(
      report.allFindings.map(\.figure) == [
        "1.36× smaller", "4.00× faster", "75.00 % right", "conv hurt most",
        "1 of 4 images wrong",
      ])
    let sentences = report.allFindings.map(\.sentence)
    #expect(sentences[1].contains("0.250 ms instead of 1.000 ms in float"))
    #expect(sentences[1].contains("Abacus 3000 (reference)"))
    #expect(sentences[2].contains("± 43.3 points"))
    #expect(sentences[3].contains("has 12.50 % of their energy (sum of squares)"))
    #expect(sentences[3].contains("by signs alone, it would be 50.00 %"))
    #expect(
      sentences[4] == "The commonest mistake, 1 time: cat, the label, is taken for dog.")
  }

  @Test func recordsThatTrainingOutdatedDoNotSayWhatHurtMost() throws {
    let report = PageSupport.report(try PageSupport.model(isTrainedFurther: true))
    let finding = try #require(report.worstLayer)
    #expect(finding.figure == "conv hurt most")
    #expect(finding.sentence.contains("grows most: by 25.00 %"))
    #expect(text(report).contains("So it was before the model was trained further."))
  }

  @Test func mistakesThatNoneIsLikeAreCounted() throws {
    var report = PageSupport.report(try PageSupport.model())
    let scores = ClassScores(
      indices: [0, 1, 2], classCount: 2, values: [0, 1, 3, 0, 1, 0])
    report.classification = Classification(scores, expected: [0, 1, 0])
    let finding = try #require(report.allFindings.last)
    #expect(finding.figure == "2 of 3 images wrong")
    #expect(
      finding.sentence
        == "No two are mistaken alike. The surest: dog, the label, is taken for cat.")
    report.data?.isLabelled = false
    #expect(report.allFindings.last?.figure == "2 of 3 images differ")
  }

  @Test func manyClassesAreShownAsTheirCommonestPairs() throws {
    var report = PageSupport.report(try PageSupport.model())
    var values = [Float](repeating: 0, count: 4 * 30)
    for (image, found) in [7, 7, 9, 2].enumerated() { values[30 * image + found] = 1 }
    let scores = ClassScores(indices: [0, 1, 2, 3], classCount: 30, values: values)
    report.classification = Classification(scores, expected: [5, 5, 9, 3])
    let mistakes = try #require(report.mistakes).markup.text
    #expect(!mistakes.contains("class=\"confusion\""))
    #expect(
      mistakes.contains(
        "<th scope=\"row\">class 5</th>\n<td>class 7</td>\n<td class=\"number\">2</td>"))
    #expect(!mistakes.contains("<td>class 2</td>"))
  }

  @Test func whatABudgetGaveIsShown() throws {
    var model = try PageSupport.model()
    var steps = model.provenance.steps
    steps[0].choices = [
      LayerChoice(
        name: "conv", weights: 18, codes: 2,
        changes: [
          OutputChange(divergence: 0.5, changedTop1: nil),
          OutputChange(divergence: 0.00001, changedTop1: nil),
        ]),
      LayerChoice(name: "fc", weights: 16, codes: 0, changes: []),
    ]
    model = try model.with(provenance: Provenance(steps: steps))
    let sizes = try #require(PageSupport.report(model).sizes).markup.text
    #expect(sizes.contains("Where the budget went"))
    #expect(
      sizes.contains(
        "<td class=\"number\">18</td>\n<td class=\"number\">2</td>\n<td>0.5, 1e-05</td>"))
    #expect(sizes.contains("<td class=\"number\">8 bits</td>"))
  }

  @Test func trainingWithoutClassesHasNoAccuracy() throws {
    var report = PageSupport.report(try PageSupport.model())
    for index in report.metrics.indices {
      (report.metrics[index].top1, report.metrics[index].validation) = (nil, nil)
    }
    let training = try #require(report.history).markup.text
    #expect(training.contains("<h3>Loss</h3>") && !training.contains("<h3>Accuracy</h3>"))
    report.metrics = report.metrics.map { metrics in
      var metrics = metrics
      metrics.loss = nil
      return metrics
    }
    #expect(report.history == nil)
  }

  @Test func numberedLayersAreCalledLayers() throws {
    let report = PageSupport.report(try PageSupport.model(name: "46"))
    #expect(report.worstLayer?.figure == "Layer 46 hurt most")
  }

  @Test func whatIsLostBesideFloatIsSaid() throws {
    let model = try PageSupport.model()
    var report = PageSupport.report(model)
    report.float = MeasuredModel(name: "float.signet", model: model, fileBytes: 400)
    report.float?.accuracy = 80
    report.float?.milliseconds = 0.125
    #expect(report.size.figure == "4.00× smaller")
    #expect(report.speed?.figure == "2.00× slower")
    #expect(report.accuracy?.figure == "5.00 points lost")
  }

  @Test func whatIsMissingIsLeftOutAndNamed() throws {
    let report = NetworkReport(
      author: "Signet 1",
      subject: MeasuredModel(name: "bare.signet", model: try PageSupport.model(), fileBytes: 100))
    let page = text(report)
    for id in ["comparison", "deviation", "mistakes", "outputs", "filters", "time", "training"] {
      #expect(!page.contains("<h2 id=\"\(id)\">"), "\(id)")
    }
    for id in ["findings", "network", "size", "errors", "origin", "missing"] {
      #expect(page.contains("<h2 id=\"\(id)\">"), "\(id)")
    }
    #expect(report.hints.map(\.option).contains("--against FLOAT"))
    #expect(report.hints.map(\.option).contains("--data KIND:PATH"))
    #expect(!page.lowercased().contains("nan") || page.contains("Finance"))
  }

  @Test func namesInjectNothing() throws {
    let name =
      "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"]]>'&\u{202e}"
    let model = try PageSupport.model(name: name, labels: [name, "b" + name])
    var report = PageSupport.report(model, name: name)
    (report.commands, report.makingCommands) = ([name], [name])
    report.data?.name = name
    report.machine?.processor = name
    report.misses = report.misses.map { MissedImage(miss: $0.miss, file: name, picture: nil) }
    let page = text(report)
    #expect(!page.contains("<script"))
    #expect(!page.contains("<img"))
    #expect(!page.contains("\u{202e}"))
    #expect(page.components(separatedBy: "</style>").count == 2)
    #expect(page.components(separatedBy: "</title>").count > 2)
    // Every attribute ends where it should: no quote of a name is left in one.
    #expect(!page.contains("]]>"))
  }

  @Test func theWayToTheModelIsShownWhereItIsKnown() throws {
    var report = PageSupport.report(try PageSupport.model())
    #expect(!text(report).contains("To make this model again"))
    report.makingCommands = ["signet import a.onnx -o b.signet", "signet train <i> -o c.signet"]
    #expect(text(report).contains("To make this model again"))
    #expect(
      text(report).contains(
        "<code>signet import a.onnx -o b.signet\nsignet train &lt;i&gt; -o c.signet</code>"))
  }

  @Test func thePolicyNamesTheStyleSheetAndNothingElse() throws {
    let page = text(PageSupport.report(try PageSupport.model()))
    #expect(page.contains("default-src &#39;none&#39;; style-src &#39;sha256-"))
    #expect(!page.contains(" style=\"") && !page.contains("<script") && !page.contains("http://"))
    #expect(!page.contains("https://"))
  }

  @Test func largeNetworksStaySmall() throws {
    var builder = GraphBuilder(inputShape: .map(1, 8, 8))
    var value = builder.input
    var weights: [String: Weight] = [:]
    for index in 0..<300 {
      let name = "block\(index / 3).layer\(index)"
      let layer = builder.append(
        name,
        .convolution(
          Convolution(inputChannels: 1, outputChannels: 1, kernel: Size2D(1), hasBias: false)),
        value)
      weights["\(name).weight"] = try Weight(shape: [1, 1, 1, 1], values: [1])
      value = index % 3 == 2 ? builder.append("sum\(index)", .add, layer, value) : layer
    }
    let model = try Model(
      graph: builder.graph(output: value), weights: weights, preprocessing: .fashionMNIST)
    let report = NetworkReport(
      author: "Signet 1", subject: MeasuredModel(name: "deep", model: model, fileBytes: 9))
    #expect(report.html.count < 500_000)
    #expect(text(report).contains("The 24 largest of 300 layers"))
  }
}
