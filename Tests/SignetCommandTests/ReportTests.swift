import Foundation
import SignetModel
import SignetReport
import Testing

@testable import signet

@Suite struct ReportTests {
  private let record = LayerRecord(
    name: "layer1.0.conv1", filters: 16, patchLength: 144, errorBefore: 0.28611,
    errorAfter: 0.0297, flips: 1204, changedCodes: 0.0625, seconds: 0.0123)

  @Test func evaluation() throws {
    let report = EvaluationReport(
      top1: 91.73, top5: 99.71, images: 10_000, seconds: 12.34, engine: "runtime", threads: 2)
    #expect(
      report.text
        == "top-1 91.73 %  top-5 99.71 %  10,000 images in 12.3 s (runtime, 2 threads)")
    var incomplete = report
    incomplete.skipped = 3
    #expect(incomplete.text == report.text + ", 3 skipped")
    #expect(
      try JSONText.encode(report) == """
        {
          "engine" : "runtime",
          "images" : 10000,
          "seconds" : 12.34,
          "skipped" : 0,
          "threads" : 2,
          "top1" : 91.73,
          "top5" : 99.71
        }
        """)
  }

  @Test func binarizationLinesStandInColumns() {
    let other = LayerRecord(
      name: "conv2", filters: 512, patchLength: 4608, errorBefore: 0.199, errorAfter: 0.0432,
      flips: 530_000, changedCodes: 0.31416, seconds: 12)
    let lines = [
      BinarizationReport.line(for: record, index: 0, total: 18),
      BinarizationReport.line(for: other, index: 17, total: 18),
    ]
    #expect(
      lines.joined(separator: "\n") == """
         1/18  layer1.0.conv1               144×16  error 0.2861 → 0.0297    6.25 % of codes changed  0.01 s
        18/18  conv2                      4608×512  error 0.1990 → 0.0432   31.42 % of codes changed  12.0 s
        """)
  }

  @Test func binarizationLinesFitANarrowTerminal() {
    var long = record
    long.name = "features.stage3.block12.branch2.conv1"
    long.sensitivity = OutputChange(divergence: 0.0312, changedTop1: 0.0156)
    let lines = [record, long].map {
      BinarizationReport.line(for: $0, index: 0, total: 18, columns: 60)
    }
    #expect(
      lines.joined(separator: "\n") == """
         1/18  layer1.0.conv1              0.2861 → 0.0297    6.25 %
         1/18  …ge3.block12.branch2.conv1  0.2861 → 0.0297    6.25 %
          alone: divergence 0.0312, top-1 changed 1.56 %
        """)
    for line in lines.joined(separator: "\n").split(separator: "\n") { #expect(line.count <= 60) }
  }

  @Test func binarizationEncodesItsLayers() throws {
    let report = BinarizationReport(
      output: "b.signet", method: "bwnh", images: 1024, seconds: 20.5, fileBytes: 50_000,
      floatBytes: 1_000_000, layers: [record])
    #expect(
      report.text
        == """
        1 layer binarized with bwnh in 20.5 s
        → b.signet (50.00 kB, 20.0× smaller)
        """)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(try JSONText.encode(report).utf8))
        as? [String: Any])
    let layer = try #require((object["layers"] as? [[String: Any]])?.first)
    #expect(
      Set(layer.keys) == [
        "name", "filters", "patchLength", "errorBefore", "errorAfter", "flips", "changedCodes",
        "seconds",
      ])
    #expect(layer["errorAfter"] as? Double == 0.0297)
    #expect(object["heldOutImages"] as? Int == 0 && object["agreement"] == nil)
    #expect(object["seconds"] as? Double == 20.5)
  }

  @Test func binarizationSaysHowNearlyTheNetworksAgree() throws {
    let results = [
      "heldOutImages": 500, "agreement": 92.4, "agreementOfSigns": 11.2, "fidelity": 85.25,
      "fidelityOfSigns": -310.5,
    ]
    func report(_ results: [String: Double]) -> BinarizationReport {
      BinarizationReport(
        output: "b.signet", method: "bwnh", images: 1000, imagesAsked: 1024, skipped: 1,
        seconds: 20.5, fileBytes: 50_000, floatBytes: 1_000_000, layers: [record, record],
        results: results)
    }
    #expect(
      report(results).text == """
        2 layers binarized with bwnh in 20.5 s
        1 image skipped
        agreement with float  92.40 %, 500 held-out images
        signs alone (BWN)     11.20 %
        → b.signet (50.00 kB, 20.0× smaller)
        """)
    let values = results.filter { !$0.key.hasPrefix("agreement") }
    #expect(
      report(values).text.contains(
        """
        fidelity to float  85.25 %, 500 held-out images
        signs alone (BWN)  -310.50 %
        """))
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(try JSONText.encode(report(results)).utf8))
        as? [String: Any])
    #expect(object["agreement"] as? Double == 92.4 && object["fidelity"] as? Double == 85.25)
    #expect(object["heldOutImages"] as? Int == 500)
    #expect(object["images"] as? Int == 1000 && object["imagesAsked"] as? Int == 1024)
  }

  @Test func training() {
    var report = TrainingReport(
      output: "f.signet", steps: 4690, loss: 0.3456, top1: 91.2, seconds: 100, fileBytes: 4_000_000)
    #expect(
      report.text
        == """
        4,690 steps in 1 min 40 s, loss 0.3456
        test top-1  91.20 %
        → f.signet (4.00 MB)
        """)
    report.top1 = nil
    report.validation = TrainingReport.Validation(
      measure: "agreement", images: 5000, start: 88.1, end: 87.5, kept: 88.9, keptStep: 3120)
    #expect(
      report.text
        == """
        4,690 steps in 1 min 40 s, loss 0.3456
        agreement of 5,000 held-out images: start 88.10 %, end 87.50 %
        kept: step 3,120 of 4,690, 88.90 %
        → f.signet (4.00 MB)
        """)
    report.validation?.keptStep = 0
    #expect(report.text.contains("kept: the start: nothing was clearly better"))
  }

  @Test func predictionRanksByProbability() throws {
    let image = PredictionReport.Image(
      file: "cat.png", outputs: [0, 2, 1, 1], kind: .scores,
      labels: ["ship", "cat", "dog", "frog"], count: 3)
    let classes = try #require(image.classes)
    #expect(classes.map(\.name) == ["cat", "dog", "frog"])
    #expect(abs(classes[0].probability - 0.534447) < 1e-6)
    #expect(image.scores == [0, 2, 1, 1])
    #expect(
      PredictionReport(kind: .scores, shape: [4], images: [image]).text == """
        cat.png
          cat    53.44 %
          dog    19.66 %
          frog   19.66 %
        """)
  }

  @Test func probabilitiesAreNotMadeAgain() {
    let image = PredictionReport.Image(
      file: "x", outputs: [0.25, 0.75], kind: .probabilities, labels: [], count: 5)
    #expect(image.classes?.map(\.probability) == [0.75, 0.25])
    #expect(image.classes?.map(\.name) == ["1", "0"])
  }

  @Test func predictionWithoutNamesShowsIndices() {
    let image = PredictionReport.Image(
      file: "x", outputs: [-1e30, 3e38], kind: .scores, labels: [], count: 5)
    #expect(image.classes?.map(\.name) == ["1", "0"])
    #expect(image.classes?.map(\.probability) == [1, 0])
  }

  @Test func whatIsNoClassIsShownAsNumbers() {
    let value = PredictionReport.Image(
      file: "x", outputs: [0.5], kind: .values, labels: [], count: 5)
    #expect(value.classes == nil)
    #expect(PredictionReport(kind: .values, shape: [1], images: [value]).text == "x\n  0.5")
    let map = PredictionReport.Image(
      file: "x", outputs: [-1, 0, 2, 3], kind: .map, labels: [], count: 5)
    #expect(
      PredictionReport(kind: .map, shape: [1, 2, 2], images: [map]).text
        == "x\n  1×2×2 numbers from -1 to 3, mean 1; --json has all")
    let unread = PredictionReport.Image(file: "y", error: "y: damaged")
    #expect(
      PredictionReport(kind: .map, shape: [1, 2, 2], images: [unread]).text
        == "y\n  skipped: y: damaged")
  }

  @Test func benchmark() throws {
    let report = BenchmarkReport(
      model: "resnet20", engine: "runtime", threads: 1, batch: 2,
      milliseconds: [1, 2, 4, 3, 5], peakResidentBytes: 12_345_678,
      kernels: ["conv", "sign", "sign", "linear"])
    #expect(report.medianMilliseconds == 3)
    #expect(report.runs == 5)
    #expect(abs(report.imagesPerSecond - 666.6667) < 1e-3)
    #expect(
      report.text == """
        model              resnet20
        engine             runtime, 1 thread
        batch              2
        median             3.000 ms (5 runs)
        95th percentile    4.800 ms
        images per second  667
        peak memory        12.35 MB
        kernels            conv ×1, sign ×2, linear ×1
        """)
  }

  @Test func layersOfABenchmark() throws {
    let report = BenchmarkReport(
      model: "m", engine: "runtime", threads: 1, batch: 1, milliseconds: [1],
      peakResidentBytes: 1000, kernels: ["a"],
      layers: [
        LayerTiming(
          name: "conv", kernel: "a", outputShape: [64, 7, 7], milliseconds: 0.5, share: 0.8,
          multiplyAdds: 300_000_000, hertz: 3e9, floatMilliseconds: 0.4),
        LayerTiming(
          name: "pool", kernel: "b", outputShape: [64, 1, 1], milliseconds: 0.125, share: 0.2,
          multiplyAdds: 0, hertz: 3e9, floatMilliseconds: nil),
      ])
    #expect(
      report.text.hasSuffix(
        """

        layer  output      time    share  MAC/cycle  as float  kernel
        ─────  ──────  ────────  ───────  ─────────  ────────  ──────
        conv   64×7×7  0.500 ms  80.00 %        200  0.400 ms  a
        pool   64×1×1  0.125 ms  20.00 %          –         –  b
        warning: layer 'conv' is binary and would be faster in float
        """))
    #expect(report.layers?.map(\.isSlowerThanFloat) == [true, false])
  }

  @Test func demo() throws {
    let report = DemoReport(
      rows: [
        DemoReport.Row(
          name: "float", top1: 92.5, fileBytes: 4_700_000, medianMilliseconds: 1.9,
          engine: "torch", file: "float.signet"),
        DemoReport.Row(
          name: "BWNH, fine-tuned", top1: 91.9, fileBytes: 200_000, medianMilliseconds: 0.61,
          engine: "runtime", file: "tuned.signet"),
      ], testImages: 10_000, seconds: 400, page: "demo/report.html")
    #expect(
      report.text == """
        network             top-1      file  smaller  1 image, 1 thread  run by
        ────────────────  ───────  ────────  ───────  ─────────────────  ───────
        float             92.50 %   4.70 MB    1.00×           1.900 ms  torch
        BWNH, fine-tuned  91.90 %  200.0 kB    23.5×           0.610 ms  runtime

        Fashion-MNIST, 10,000 test images; this run took 6 min 40 s.
        → demo/report.html: look at it in a browser
        """)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(try JSONText.encode(report).utf8))
        as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.count == 2)
    #expect(Set(rows[0].keys).isSuperset(of: ["name", "top1", "fileBytes", "medianMilliseconds"]))
  }

  @Test func numbersThatJSONCannotHoldBecomeText() throws {
    #expect(try JSONText.encode([Double.nan, 1]) == "[\n  \"nan\",\n  1\n]")
  }
}
